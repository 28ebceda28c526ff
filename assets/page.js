// What the page does in the browser: header, permalink, presenter mode, and the small drawn widgets.
// Everything a lesson's text says goes through textContent; no string is ever parsed as HTML.
(() => {
  const ww = (window.whatwhere = window.whatwhere || {});
  const query = new URLSearchParams(location.search);

  // ---- the other files ------------------------------------------------------------------------
  // `loaded` is fulfilled once all scripts ran, in order, and all styles are there.
  ww.load = (addresses) => {
    const tag = (address) => (address.split("?")[0].endsWith(".css")
      ? Object.assign(document.createElement("link"), { rel: "stylesheet", href: address })
      : Object.assign(document.createElement("script"), { async: false, src: address }));
    ww.loaded = Promise.all(addresses.map((address) => new Promise((done, fail) => {
      document.head.append(Object.assign(tag(address), { onload: done, onerror: fail }));
    })));
    ww.loaded.catch(() => ww.say("A part of the page could not be loaded. Reload it, please."));
  };

  // ---- drawing -------------------------------------------------------------------------------
  ww.make = (tag, props = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (key === "class") node.className = value;
      else if (key === "text") node.textContent = value;
      else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (value !== false && value != null) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child != null));
    return node;
  };
  const make = ww.make;
  ww.vector = (tag, props = {}, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(props)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  };
  ww.clamp = (value, low, high) => Math.min(high, Math.max(low, value));
  // Python sends its records as JSON texts (demos/ui/shown.py).
  ww.read = (value) => (typeof value === "string" && /^[[{]/.test(value) ? JSON.parse(value) : value);
  // Runs `draw` now and whenever Python sends a new value; while there is none, `root` (if given) is hidden.
  const none = (value) => value === null || value === undefined || value === "";
  const hide = (root, value) => root.toggleAttribute("data-nothing", !root.dataset.run && none(value));
  ww.follow = (props, watch, draw, root = null) => {
    const now = () => {
      const value = ww.read(props.value);
      if (root) hide(root, value);
      if (value && typeof value === "object") draw(value);
    };
    watch("value", now);
    now();
  };

  // What Python sends to a stage or a chooser arrives by its feed, before or after they are there.
  const feeds = {}, eaters = {};
  ww.fed = (id, eat) => {
    eaters[id] = eat;
    if (id in feeds) eat(feeds[id]);
  };
  ww.feed = (element, props, watch) => {
    const id = element.querySelector(".ww-feed").dataset.stage;
    const now = () => { feeds[id] = ww.read(props.value); eaters[id]?.(feeds[id]); };
    watch("value", now);
    if (props.value) now();
  };

  // A lesson's own script sees its fixed settings beside gradio's live props. A value of null hides it.
  const settled = (root, live) => {
    const settings = JSON.parse(root.dataset.settings);
    let text, value; // each text is read once
    const read = (sent) => (sent === text ? value : ((text = sent), (value = ww.read(sent))));
    return new Proxy(live, { get: (own, key) => (key in settings ? settings[key] : key === "value" ? read(own.value) : own[key]) });
  };
  ww.board = (script, element, props, watch) => {
    const root = element.querySelector(".ww-board");
    const look = () => { hide(root, props.value); root.removeAttribute("data-waiting"); };
    watch("value", look);
    look();
    root.toggleAttribute("data-waiting", none(props.value) && !root.dataset.run);
    ww.loaded.then(() => ww[script](element, settled(root, props), watch));
  };
  // A board on which the learner chooses a point: gradio's value is the choice, the feed's is what to draw.
  ww.chooser = (script, element, props, watch, trigger) => {
    const root = element.querySelector(".ww-board"), watchers = { value: [], selection: [] };
    const live = { value: null, get selection() { return props.value || ""; } };
    const call = (key) => watchers[key].forEach((f) => f());
    const select = (text) => {
      if (text === live.selection) return;
      props.value = text;
      setTimeout(() => trigger("commit"), 0);
    };
    hide(root, null);
    root.toggleAttribute("data-waiting", true);
    ww.loaded.then(() => ww[script](element, settled(root, live), (key, f) => watchers[key].push(f), select));
    watch("value", () => call("selection"));
    ww.fed(root.dataset.stage, (value) => {
      live.value = value;
      hide(root, value);
      root.removeAttribute("data-waiting");
      call("value");
    });
  };

  // ---- header: link, presenter mode, theme ---------------------------------------------------
  ww.header = (element) => {
    const tools = { link: () => document.getElementById("ww-link")?.click(), present: () => ww.present(), theme: ww.theme };
    for (const button of element.querySelectorAll("[data-tool]"))
      button.addEventListener("click", () => tools[button.dataset.tool]());
    if (query.get("present") === "1") ww.present(true);
    ww.remembered();
    setTimeout(ww.remembered, 0);
  };
  ww.say = (text) => {
    const said = document.querySelector(".ww-said");
    if (said) said.textContent = text;
    clearTimeout(ww.saying);
    ww.saying = setTimeout(() => said && (said.textContent = ""), 4000);
  };
  ww.theme = () => {
    document.body.classList.toggle("dark");
    try { localStorage.setItem("ww-theme", ww.dark() ? "dark" : "light"); } catch { /* private window */ }
  };
  ww.dark = () => document.body.classList.contains("dark");
  ww.present = (on = !document.body.classList.contains("ww-present")) => {
    document.body.classList.toggle("ww-present", on);
    window.dispatchEvent(new Event("resize"));
  };
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("input, textarea, [contenteditable], [role=application], .cm-editor")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "p" || event.key === "P") ww.present();
    else if (event.key === "Escape" && document.body.classList.contains("ww-present")) ww.present(false);
    else if (document.body.classList.contains("ww-present") && event.key === "PageDown") document.getElementById("ww-next")?.click();
    else if (document.body.classList.contains("ww-present") && event.key === "PageUp") document.getElementById("ww-previous")?.click();
  });

  // A popover closes at Escape and when something else is pressed.
  const closePopovers = (except) => {
    for (const button of document.querySelectorAll(".ww-popover > .label-wrap.open"))
      if (!button.parentElement.contains(except)) button.click();
  };
  document.addEventListener("pointerdown", (event) => closePopovers(event.target));
  document.addEventListener("keydown", (event) => event.key === "Escape" && closePopovers(null));

  // ---- the picture's key ---------------------------------------------------------------------
  ww.scene = (names, defaults, all, step) => {
    const seed = Math.min(999999, Math.max(0, Math.round(Number(all[0]) || 0) + step));
    const changed = names.map((name, i) => [name, all[i + 1]]).filter(([name, value]) => value !== defaults[name]);
    const settings = changed.map(([name, value]) => `${name}=${value}`).join("&");
    return [seed, `scene:${seed}${settings ? "?" + settings : ""}`];
  };
  ww.picture = null;
  ww.pictureChanged = (key) => {
    ww.picture = key;
    window.dispatchEvent(new CustomEvent("whatwhere:picture", { detail: key }));
  };

  // ---- a lesson that comes to sight asks Python once for each picture -------------------------
  // Without a permalink the first lesson asks at once; with one, after the server has restored it.
  let ready = !query.has("lesson") && !query.has("picture");
  ww.restored = () => { ready = true; window.dispatchEvent(new Event("whatwhere:ready")); };
  ww.beacon = (element, props, trigger) => {
    const line = element.querySelector(".ww-point");
    line.textContent = line.dataset.point;
    let shown;
    const look = () => {
      const visible = line.offsetParent !== null;
      if (!visible || !ready) return;
      ww.lesson = line.dataset.lesson;
      document.body.dataset.lesson = ww.lesson;
      if (shown !== undefined && shown === ww.picture) return;
      shown = ww.picture;
      setTimeout(() => trigger("seen"), 0);
    };
    new ResizeObserver(look).observe(line);
    window.addEventListener("whatwhere:picture", look);
    window.addEventListener("whatwhere:ready", () => setTimeout(look, 0));
    look();
  };

  // ---- permalink -----------------------------------------------------------------------------
  ww.permalink = (lessons, all) => {
    const link = new URLSearchParams();
    let at = 1;
    for (const [name, keys] of lessons) {
      if (name === ww.lesson) {
        link.set("lesson", name);
        link.set("picture", all[0]);
        keys.forEach((key, i) => link.set(key, all[at + i] === true ? "1" : all[at + i] === false ? "0" : String(all[at + i] ?? "")));
      }
      at += keys.length;
    }
    if (document.body.classList.contains("ww-present")) link.set("present", "1");
    const text = link.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
    history.replaceState(null, "", "?" + text);
    const done = () => ww.say("Link copied");
    const copied = navigator.clipboard?.writeText(location.href);
    copied ? copied.then(done, () => ww.say("The link is in the address bar")) : ww.say("The link is in the address bar");
  };

  // ---- reading, table, question --------------------------------------------------------------
  const SOURCES = { run: "computed now", result: "our result file", paper: "from the paper" };
  ww.reading = (element, props, watch) => {
    const root = element.querySelector(".ww-reading");
    ww.follow(props, watch, (value) => {
      const more = (value.more || []).map(([name, text]) => make("div", {}, make("dt", { text: name }), make("dd", { text })));
      root.dataset.source = value.source;
      root.replaceChildren(
        make("p", { class: "ww-number" }, make("strong", { text: value.value }), make("span", { text: value.unit })),
        make("p", { class: "ww-meaning", text: value.meaning }),
        more.length ? make("dl", {}, ...more) : "",
        make("p", { class: "ww-source", text: value.cite || SOURCES[value.source] || "" }),
      );
    }, root);
  };
  ww.table = (element, props, watch) => {
    const root = element.querySelector(".ww-table");
    ww.follow(props, watch, (value) => {
      root.dataset.source = value.source;
      const strong = new Set(value.strong || []);
      const row = (cells, tag, i) =>
        make("tr", { class: strong.has(i) ? "ww-strong" : "" },
          ...cells.map((text, j) => make(j || tag === "th" ? tag : "th", { text, scope: tag === "th" ? "col" : j ? null : "row" })));
      root.replaceChildren(make("table", {},
        make("caption", { text: value.caption }),
        make("thead", {}, row(value.head, "th", -1)),
        make("tbody", {}, ...value.rows.map((cells, i) => row(cells, "td", i)))));
    }, root);
  };
  // Long work: a bar, what it has done, and whether it waits, runs, was stopped or is done.
  ww.progress = (element, props, watch) => {
    const root = element.querySelector(".ww-progress"), bar = make("progress"), text = make("span", { "aria-live": "polite" });
    root.id = `${element.id || element.closest("[id]").id}-line`;
    root.replaceChildren(bar, text);
    root.dataset.state = "idle";
    ww.follow(props, watch, (value) => {
      if (root.dataset.state === "stopped" && value.done < value.total) return;
      if (!value.text) { root.dataset.state = "idle"; return; }
      root.dataset.state = value.total && value.done >= value.total ? "done" : "running";
      ww.whileRunning(root, text);
      if (value.total) { bar.max = value.total; bar.value = value.done; } else bar.removeAttribute("value");
      text.textContent = value.text;
    });
  };
  ww.running = (id, state) => {
    const root = document.querySelector(`#${id} .ww-progress`), text = root.querySelector("span");
    if (state === "stopped" && root.dataset.state !== "running" && root.dataset.state !== "waiting") return;
    root.dataset.state = state === "started" ? "waiting" : state;
    if (state === "started") {
      root.querySelector("progress").removeAttribute("value");
      text.textContent = "Waiting for its turn…";
      ww.whileRunning(root, text);
    } else text.textContent += " (stopped)";
  };
  // A server that is gone, or that was started anew, tells nobody that a run has ended.
  ww.whileRunning = (root, text) => {
    clearInterval(root.lookout);
    root.lookout = setInterval(async () => {
      if (!["running", "waiting"].includes(root.dataset.state)) return clearInterval(root.lookout);
      const server = await fetch("gradio_api/app_id").then((answer) => answer.json()).catch(() => null);
      if (server?.app_id === window.gradio_config.app_id) return;
      root.dataset.state = "ended";
      text.textContent += " (ended: the server stopped)";
    }, 3000);
  };
  ww.question = (element, props, watch) => {
    const root = element.querySelector(".ww-question");
    ww.follow(props, watch, (value) => {
      const answer = make("p", { class: "ww-answer", "aria-live": "polite" });
      const commit = (chosen) => {
        const right = chosen === value.answer;
        buttons.forEach((button, i) => {
          button.disabled = true;
          button.dataset.mark = i === value.answer ? "right" : i === chosen ? "wrong" : "";
        });
        answer.replaceChildren(make("b", { text: right ? "Yes. " : `Not quite: ${value.choices[value.answer]}. ` }), value.why);
      };
      const buttons = value.choices.map((text, i) => make("button", { type: "button", text, onclick: () => commit(i) }));
      root.replaceChildren(make("p", { class: "ww-ask", text: value.text }), make("div", { class: "ww-choices" }, ...buttons), answer);
    });
  };

  // Python source with the words that carry its structure set apart; every piece is text.
  const PIECES = /("""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*|\b(?:def|return|for|in|if|else|elif|from|import|as|with|try|except|raise|not|and|or|is|lambda|yield|while|class|None|True|False)\b)/;
  ww.code = (element, props, watch) => {
    const root = element.querySelector(".ww-code");
    ww.follow(props, watch, (value) => {
      const text = String(value.code);
      const copy = make("button", { type: "button", class: "ww-copy", text: "Copy", onclick: () => navigator.clipboard?.writeText(text).then(() => ww.say("Code copied")) });
      const pieces = text.split(PIECES).map((piece, i) =>
        i % 2 ? make("span", { class: /^["']/.test(piece) ? "ww-string" : piece[0] === "#" ? "ww-comment" : "ww-word", text: piece }) : piece);
      root.replaceChildren(copy, make("pre", { tabindex: "0", "aria-label": "Python source" }, ...pieces));
    });
  };

  // ---- saving --------------------------------------------------------------------------------
  ww.save = (name, url) => make("a", { href: url, download: name }).click();

  // The theme chosen last time: before the first paint, and again after gradio has set its own.
  const remembered = () => {
    let theme = query.get("__theme");
    try { theme = theme || localStorage.getItem("ww-theme"); } catch { /* private window */ }
    if (theme === "dark" || theme === "light") document.body.classList.toggle("dark", theme === "dark");
  };
  document.addEventListener("DOMContentLoaded", remembered);
  ww.remembered = remembered;
})();
