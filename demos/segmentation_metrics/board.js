// The boards of segmentation_metrics. All show one model: the easel changes it, the others follow, once a frame.
import { Album } from "./album.js";
import { Easel } from "./easel.js";
import { More } from "./more.js";
import { Reading, Scores } from "./scores.js";

export const easel = (context) => new Easel(context);
export const number = (context) => new Reading(context);
export const scores = (context) => new Scores(context);
export const more = (context) => new More(context);
export const album = (context) => new Album(context);
