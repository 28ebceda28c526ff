// The boards of segmentation_metrics. All show one model: the easel changes it, the others follow, once a frame.
import { Album } from "./album.js";
import { Easel } from "./easel.js";
import { More } from "./more.js";
import { Reading, Scores } from "./scores.js";

export const metricsEasel = (context) => new Easel(context);
export const metricsNumber = (context) => new Reading(context);
export const metricsScores = (context) => new Scores(context);
export const metricsMore = (context) => new More(context);
export const metricsAlbum = (context) => new Album(context);
