/*! Banter chat widget. MIT licence. This file is the source and what browsers load: no build step. */
// Settings and words from the script tag; a shelf (localStorage) that remembers; a worker that sends one step at a time, so
// that order is kept; a listener that reads the event stream; a view that only ever writes text. Every message carries an
// id made here, so repeating it is safe.
(() => {
  "use strict";

  /**
   * @typedef {{id: string, label: string}} Choice
   * @typedef {{id: string, text: string, choices?: Choice[], author?: string}} Reply
   * @typedef {{id: string, text: string, author?: string}} Inbound
   * @typedef {{turn: number, inbound?: Inbound | null, replies: Reply[]}} Turn
   * @typedef {{conversation: string, token: string, seen: number, at: number}} Session
   * @typedef {"text" | "choice" | "file" | "signal"} Kind
   * @typedef {{id: string, kind: Kind, value: string, label: string, key: string, at: number, file?: File, gone?: number, tried?: boolean}} Item
   * @typedef {{status: number, data: any, wait: number}} Answer
   * @typedef {{turn: number, element: HTMLElement, state: HTMLElement | null}} Row
   */

  if (/** @type {any} */ (window).Banter) return;

  // ---------------------------------------------------------------- settings and words

  /** The server puts the words of all languages here when it serves this file (locales/<language>/widget.json). */
  const WORDS = /** @type {Record<string, Record<string, string>>} */ (/*BANTER_WORDS*/{});

  const script = /** @type {HTMLScriptElement | null} */ (
    document.currentScript || document.querySelector('script[src*="/widget.js"]')
  );
  const options = script ? script.dataset : /** @type {DOMStringMap} */ ({});
  const api = (options.api || new URL((script && script.src) || "", location.href).origin).replace(/\/+$/, "");
  const framework = options.framework || "";
  const FILE_TYPES = ".pdf,.docx,.xlsx,.txt,.md,.png,.jpg,.jpeg";
  const FILE_MEGABYTES = 10;
  const DAY = 86_400_000;

  /** The first of the wished, the page's and the browser's languages that there are words for. */
  function chooseLanguage() {
    const wished = [options.language, document.documentElement.lang, ...(navigator.languages || [navigator.language])];
    for (const tag of wished) {
      const base = (tag || "").toLowerCase().split(/[-_]/)[0];
      if (Object.keys(WORDS).includes(base)) return base;
    }
    return Object.keys(WORDS)[0] || "en";
  }

  const language = chooseLanguage();

  /** @param {string} key @param {string | number} [value] what stands for {n} */
  function word(key, value = "") {
    const text = (WORDS[language] || {})[key] || key.replace(/_/g, " ");
    return text.replace("{n}", String(value));
  }

  /** Where the visitor came from, remembered from the first page of the visit: a name, never a whole address. */
  function readSource() {
    if (options.source) return options.source;
    const key = "banter:source";
    try {
      const kept = sessionStorage.getItem(key);
      if (kept !== null) return kept;
      const asked = new URLSearchParams(location.search);
      const from = document.referrer ? new URL(document.referrer).hostname : "";
      const campaign = [asked.get("utm_source"), asked.get("utm_campaign")].filter(Boolean).join(" / ");
      const source = (campaign || (from === location.hostname ? "" : from)).slice(0, 200);
      sessionStorage.setItem(key, source);
      return source;
    } catch {
      return "";
    }
  }

  const source = readSource();

  // ---------------------------------------------------------------- what is remembered between pages

  /** localStorage where it is allowed and has room, memory where not. */
  const shelf = (() => {
    /** @type {Map<string, string>} */
    const memory = new Map();
    /** @type {Storage | null} */
    let disk = null;
    try {
      disk = window.localStorage;
      disk.getItem("banter");
    } catch {
      disk = null;
    }
    return {
      /** @param {string} key @returns {any} */
      get(key) {
        try {
          return JSON.parse(memory.get(key) || (disk && disk.getItem(key)) || "null");
        } catch {
          return null;
        }
      },
      /** @param {string} key @param {unknown} value */
      set(key, value) {
        const text = JSON.stringify(value);
        try {
          if (!disk) throw new Error("no storage");
          disk.setItem(key, text);
          memory.delete(key);
        } catch {
          memory.set(key, text);
        }
      },
      /** @param {string} key */
      drop(key) {
        memory.delete(key);
        try {
          if (disk) disk.removeItem(key);
        } catch {
          // Nothing was kept there, then.
        }
      },
      /** @param {string} prefix @returns {string[]} in the order they were made */
      keys(prefix) {
        const all = [...memory.keys()];
        try {
          if (disk) all.push(...Object.keys(disk));
        } catch {
          // Memory it is.
        }
        return all.filter((key) => key.startsWith(prefix)).sort();
      },
    };
  })();

  const KEY = `banter:${api}:${framework}`;
  const QUEUE = `${KEY}:q:`;
  const DRAFT = `${KEY}:draft`;

  /** A random UUID; crypto.randomUUID is missing on plain http pages. */
  function uuid() {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    const hex = Array.from(b, (n) => n.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // ---------------------------------------------------------------- state

  /** @type {Session | null} */
  let session = shelf.get(KEY);
  /** Unsent items, oldest first; each has a key of its own on the shelf, so that two tabs never overwrite each other. @type {Item[]} */
  const queue = shelf.keys(QUEUE).map((key) => shelf.get(key)).filter(Boolean);
  let resumed = false; // the transcript is on the screen
  let opened = false; // the panel is open now
  let wanted = false; // the visitor opened the panel in this page: only then is a conversation created
  let lastEvent = 0; // the last turn the stream gave us, or the transcript: what Last-Event-ID says
  let unread = 0;
  let made = 0;
  const QUIET = 700; // ms without another message before what was written is sent
  const TYPING = 1500; // ms after a key during which the visitor is still writing
  const LONGEST_HOLD = 4000; // ms: whoever keeps writing is answered all the same
  const BURST_SIZE = 4000; // characters sent as one message

  /** @type {Map<string, Set<(detail: object) => void>>} */
  const listeners = new Map();

  /** @param {string} name @param {object} [detail] */
  function tell(name, detail = {}) {
    for (const listener of listeners.get(name) || []) {
      try {
        listener(detail);
      } catch (error) {
        console.error(error); // The page's own mistake: shown, and not allowed to stop the chat.
      }
    }
  }

  /** @param {Kind} kind @param {string} value @param {string} label @param {File} [file] */
  function enqueue(kind, value, label, file) {
    const key = QUEUE + Date.now().toString(36).padStart(9, "0") + String(made++).padStart(5, "0");
    /** @type {Item} */
    const item = { id: uuid(), kind, value, label, key, at: Date.now() };
    if (file) item.file = file;
    else shelf.set(key, item); // A file cannot be kept over a reload.
    queue.push(item);
    return item;
  }

  /** @param {Item} item */
  function dequeue(item) {
    const place = queue.indexOf(item);
    if (place >= 0) queue.splice(place, 1);
    shelf.drop(item.key);
  }

  function remember() {
    if (session) shelf.set(KEY, session);
  }

  // ---------------------------------------------------------------- HTTP

  /**
   * One request, told as a status: 0 when no whole answer came back, whatever the cause.
   * @param {string} method
   * @param {string} path below the conversations
   * @param {object | FormData | null} [body]
   * @returns {Promise<Answer>}
   */
  async function call(method, path, body = null) {
    const form = body instanceof FormData;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), form ? 120_000 : 30_000);
    /** @type {Record<string, string>} */
    const headers = {};
    if (session) headers.Authorization = `Bearer ${session.token}`;
    if (body && !form) headers["Content-Type"] = "application/json";
    try {
      const response = await fetch(`${api}/api/conversations${path}`, {
        method,
        headers,
        body: form ? /** @type {FormData} */ (body) : body && JSON.stringify(body),
        signal: stop.signal,
        credentials: "omit",
        cache: "no-store",
        keepalive: leaving && !form, // It outlives the page; browsers allow 64 kB of that.
      });
      const wait = Math.min(Number(response.headers.get("Retry-After")) || 0, 300);
      const text = await response.text();
      return { status: response.status, data: response.ok && text ? JSON.parse(text) : null, wait };
    } catch {
      return { status: 0, data: null, wait: 0 };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Worth trying again with the same id. @param {number} status */
  const passing = (status) => status === 0 || [408, 409, 425, 429].includes(status) || status >= 500;

  /** The conversation is not there for us, any more. @param {number} status */
  const missing = (status) => status === 401 || status === 404 || status === 410;

  /** Seconds before attempt *n* + 1: 1, 2, 4 … 30, spread so that visitors do not come back all at once. @param {number} n */
  const backoff = (n) => Math.min(2 ** Math.min(n, 5), 30) * (0.75 + Math.random() / 2);

  /** @type {Set<() => void>} */
  const sleepers = new Set();

  /** @param {number} seconds @param {boolean} firm true when the server named the time: then nothing shortens it */
  function pause(seconds, firm) {
    return /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          sleepers.delete(done);
          resolve();
        };
        const timer = setTimeout(done, seconds * 1000);
        if (!firm) sleepers.add(done);
      })
    );
  }

  /** There is reason to think that the connection is back. */
  function wake() {
    for (const done of [...sleepers]) done();
    work();
    listen();
  }

  // ---------------------------------------------------------------- the worker: start, resume, send

  let working = false;

  /** Do what is to be done, one step after the other, until nothing is left; never two at a time. */
  async function work() {
    if (working) return;
    working = true;
    for (let failures = 0; ; ) {
      const item = queue[0];
      const still = session && resumed && item ? hold(item) : 0;
      if (still > 0) {
        holding = true;
        await pause(still / 1000, false);
        holding = false;
        continue;
      }
      const step = !session ? wanted && create : !resumed ? resume : item && (() => deliver(item));
      if (!step) break;
      const answer = await step();
      const failed = passing(answer.status);
      trouble("send", failed);
      if (!failed && !missing(answer.status)) {
        if (step !== create) failures = 0;
        continue;
      }
      view.waiting(false);
      if (failed) view.unsent();
      await pause(answer.wait || backoff(failures++), answer.wait > 0);
    }
    view.waiting(false);
    trouble("send", false);
    working = false;
  }

  let holding = false; // words wait for more of them
  let leaving = false; // the page is on its way out
  let keyed = 0; // when the visitor last typed, while something stands in the field

  /** Messages at the head of the queue that may go as one: words nobody has tried to send yet. */
  function together() {
    const end = queue.findIndex((item) => item.kind !== "text" || item.tried);
    const words = end < 0 ? queue : queue.slice(0, end);
    let size = 0;
    return words.filter((item, place) => (size += item.value.length + 1) < BURST_SIZE || !place);
  }

  /** Milliseconds to wait for more before this is sent: people write a thought in several messages. @param {Item} item */
  function hold(item) {
    const words = together();
    if (!words.length || words.length < queue.length || document.hidden || leaving) return 0;
    const now = Date.now();
    const quiet = now - keyed < TYPING ? now + QUIET / 2 : words[words.length - 1].at + QUIET;
    return Math.min(quiet, item.at + LONGEST_HOLD) - now;
  }

  /** Whatever waits for more words goes now. */
  function flush() {
    if (holding) for (const done of [...sleepers]) done();
  }

  /** Another tab may have joined, tried or sent the words that wait here; the shelf tells. */
  function agree() {
    if (!shelf.get(KEY)) return; // Emptied behind our back: it tells nothing.
    for (const item of together()) {
      const kept = shelf.get(item.key);
      if (kept) Object.assign(item, kept);
      else dequeue(item);
      view.join(item, kept ? [] : [item]);
      if (!kept) resumed = false; // The transcript has it, or will.
    }
    if (!resumed) work();
  }

  /** What was written in a row goes as one message under the first id. @param {Item} item @returns {Promise<Answer>} */
  async function deliver(item) {
    agree();
    if (!queue.includes(item)) return { status: 200, data: null, wait: 0 };
    const [first, ...more] = together();
    if (first === item && more.length) {
      first.value = first.label = [first, ...more].map((one) => one.value).join("\n");
      shelf.set(first.key, first); // First the whole, then the parts: nothing is lost in between.
      for (const one of more) dequeue(one);
      view.join(first, more);
    }
    return send(item);
  }

  /** @returns {Promise<Answer>} */
  async function create() {
    /** @type {Record<string, string>} */
    const body = { language, page: location.origin + location.pathname };
    if (framework) body.framework = framework;
    if (source) body.source = source;
    view.waiting(true);
    const answer = await call("POST", "", body);
    const data = answer.data;
    if (data && data.token) {
      session = { conversation: data.conversation, token: data.token, seen: data.turn || 0, at: Date.now() };
      remember();
      resumed = true;
      lastEvent = data.turn || 0;
      view.show({ turn: lastEvent, replies: data.replies || [] }, false);
      tell("start", { conversation: data.conversation });
      listen();
      return answer;
    }
    // A refusal of the very start is nothing a visitor can mend: the owner of the page is told, and we try again later.
    if (!passing(answer.status)) console.error(`Banter: ${api} refused to start a conversation (${answer.status}).`);
    return { status: 0, data: null, wait: answer.wait };
  }

  /** @returns {Promise<Answer>} */
  async function resume() {
    const mine = session;
    if (!mine) return { status: 200, data: null, wait: 0 };
    const answer = await call("GET", `/${mine.conversation}`);
    if (session !== mine) return { ...answer, status: 200 };
    if (missing(answer.status)) forget();
    else if (answer.data && Array.isArray(answer.data.turns)) {
      resumed = true;
      lastEvent = answer.data.turn || 0;
      view.restore(answer.data.turns);
      listen();
    } else return { ...answer, status: 0 };
    return answer;
  }

  /** @param {Item} item @returns {Promise<Answer>} */
  async function send(item) {
    const mine = session;
    if (!mine) return { status: 200, data: null, wait: 0 };
    if (item.kind !== "signal") view.sending(item);
    if (item.kind === "text" && !item.tried) {
      item.tried = true; // It may arrive though no answer comes: from now on its words stay as they are.
      shelf.set(item.key, item);
    }
    const answer = await call("POST", `/${mine.conversation}/${DOORS[item.kind]}`, letter(item));
    if (session !== mine) return { ...answer, status: 200 };
    if (answer.data && Array.isArray(answer.data.replies)) {
      dequeue(item);
      mine.at = Date.now();
      view.show({ ...answer.data, inbound: { id: item.id, text: item.label } }, false);
    } else if (!queue.includes(item)) {
      return { ...answer, status: 200 }; // The stream was quicker, and told that it arrived.
    } else if (item.kind === "signal" && !passing(answer.status)) {
      dequeue(item);
      return { ...answer, status: 200 };
    } else if (missing(answer.status)) {
      item.gone = (item.gone || 0) + 1;
      if (item.gone > 1) refuse(item, answer.status);
      else forget();
    } else if (answer.status >= 200 && answer.status < 300) return { ...answer, status: 0 };
    else if (!passing(answer.status)) refuse(item, answer.status);
    return answer;
  }

  /** @type {Record<Kind, string>} */
  const DOORS = { text: "inbounds", choice: "inbounds", file: "files", signal: "signals" };

  /** @param {Item} item */
  function letter(item) {
    if (!item.file) return { id: item.id, [item.kind === "signal" ? "kind" : item.kind]: item.value };
    const form = new FormData();
    form.append("id", item.id);
    form.append("file", item.file, item.file.name);
    return form;
  }

  /** The server will never take it: say so, give long words back to be shortened, and let the next one pass. @param {Item} item @param {number} status */
  function refuse(item, status) {
    dequeue(item);
    const big = item.kind === "file" ? "file_too_big" : "too_long";
    const why = status === 413 ? big : item.kind === "file" && status === 415 ? "file_wrong_type" : "refused";
    view.refused(item, word(why, FILE_MEGABYTES));
    if (status === 413 && item.kind === "text") view.giveBack(item);
  }

  /** The conversation is gone (erased, or the token is old): what was typed goes to the next one. */
  function forget() {
    session = null;
    resumed = false;
    shelf.drop(KEY);
    stopListening();
    // A button belongs to its question; in a new conversation its label is simply what the visitor says.
    for (const item of queue) {
      if (item.kind === "choice") shelf.set(item.key, Object.assign(item, { kind: "text", value: item.label }));
    }
    view.clear(false);
    wanted = wanted && opened;
  }

  // ---------------------------------------------------------------- the listener: what others say

  /** @type {AbortController | null} */
  let ear = null;

  function stopListening() {
    if (ear) ear.abort();
    ear = null;
  }

  /** Read the event stream until it is stopped, coming back after every break where the last event left off. */
  async function listen() {
    if (ear || !session || !resumed) return;
    const mine = session;
    const stop = (ear = new AbortController());
    for (let failures = 0; !stop.signal.aborted; ) {
      let wait = 0;
      try {
        wait = await hear(mine, stop.signal, () => {
          failures = 0;
          trouble("events", false);
          for (const done of [...sleepers]) done();
        });
      } catch {
        // Cut off: the same as an end.
      }
      if (wait < 0 || stop.signal.aborted) break;
      if (failures > 0) trouble("events", true);
      await pause(wait || backoff(failures++), wait > 0);
    }
    trouble("events", false);
    if (ear === stop) ear = null;
  }

  /**
   * One stream, from opening to end. Read with fetch, so that the token stays out of every URL.
   * @param {Session} mine @param {AbortSignal} signal @param {() => void} alive called when the first bytes came
   * @returns {Promise<number>} seconds the server asks to wait; -1 for "do not come back"
   */
  async function hear(mine, signal, alive) {
    const breath = new AbortController();
    const stop = () => breath.abort();
    signal.addEventListener("abort", stop);
    // A server breathes (": ping") well within a minute; a stream that does not is dead, whatever TCP believes.
    let watch = setTimeout(stop, 60_000);
    try {
      const response = await fetch(`${api}/api/conversations/${mine.conversation}/events`, {
        headers: {
          Authorization: `Bearer ${mine.token}`,
          Accept: "text/event-stream",
          "Last-Event-ID": String(lastEvent),
        },
        signal: breath.signal,
        credentials: "omit",
        cache: "no-store",
      });
      if (missing(response.status) || response.status === 204) return -1;
      // A page that stands in the way (a hotel's sign-in) also answers 200, but not with events.
      const events = (response.headers.get("Content-Type") || "").startsWith("text/event-stream");
      if (!response.ok || !response.body || !events) return Math.min(Number(response.headers.get("Retry-After")) || 0, 300);
      alive();
      const reader = response.body.getReader();
      const text = new TextDecoder();
      for (let rest = ""; ; ) {
        const { done, value } = await reader.read();
        if (done) return 0;
        clearTimeout(watch);
        watch = setTimeout(stop, 60_000);
        const blocks = (rest + text.decode(value, { stream: true })).split(/\r?\n\r?\n/);
        rest = blocks.pop() || "";
        for (const block of blocks) if (session === mine) read(block);
      }
    } finally {
      clearTimeout(watch);
      signal.removeEventListener("abort", stop);
    }
  }

  /** @param {string} block one event: lines of "field: value" */
  function read(block) {
    const lines = block.split(/\r?\n/);
    const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
    if (!data.length) return;
    /** @type {Turn | null} */
    let turn = null;
    try {
      turn = JSON.parse(data.join("\n"));
    } catch {
      return; // Not ours; the next one may be.
    }
    if (!turn || typeof turn.turn !== "number" || !Array.isArray(turn.replies)) return;
    lastEvent = Math.max(lastEvent, turn.turn);
    const id = turn.inbound && turn.inbound.id;
    const item = queue.find((waiting) => waiting.id === id);
    if (item) dequeue(item); // It arrived, though its answer has not reached us yet.
    if (item && !queue.length) trouble("send", false);
    view.show(turn, false);
    if (item) agree();
  }

  /** @type {Set<string>} */
  const troubles = new Set();

  /** @param {string} what @param {boolean} on */
  function trouble(what, on) {
    if (on) troubles.add(what);
    else troubles.delete(what);
    view.lost(troubles.size > 0);
  }

  // ---------------------------------------------------------------- elements

  /**
   * @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag @param {Record<string, string>} [attributes] @param {...(Node | string)} children
   * @returns {HTMLElementTagNameMap[T]}
   */
  function el(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /** @param {string} path */
  function icon(path) {
    const make = (/** @type {string} */ tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
    const svg = make("svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = make("path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  const ICONS = {
    chat: "M12 4c4.7 0 8.5 3.1 8.5 7s-3.8 7-8.5 7c-.9 0-1.8-.1-2.6-.35L5 20l1-3.7C4.4 15 3.5 13.1 3.5 11c0-3.9 3.8-7 8.5-7zM8.5 11h.01M12 11h.01M15.5 11h.01",
    close: "M6.5 6.5l11 11M17.5 6.5l-11 11",
    again: "M18.9 9A7.5 7.5 0 1 0 19.5 13M19.5 4.5V9H15",
    clip: "M19 11.5l-6.9 6.9a4.4 4.4 0 0 1-6.2-6.2l7-7a2.9 2.9 0 0 1 4.1 4.1l-7 7a1.45 1.45 0 0 1-2.05-2.05l6.4-6.4",
    send: "M12 19V5.5M6 11l6-6 6 6",
    person: "M12 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 19.5c.9-3.2 3.6-5 7-5s6.1 1.8 7 5",
  };

  /** @param {string} name @param {string} label @param {string} path */
  function iconButton(name, label, path) {
    return el("button", { type: "button", class: name, "aria-label": label, title: label }, icon(path));
  }

  /** Text with its https addresses made into links; everything stays text. @param {string} text @returns {(Node | string)[]} */
  function linked(text) {
    return text.split(/(https:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?…)\]}»”])/).map((part, place) => {
      if (place % 2 === 0) return part;
      try {
        const href = new URL(part).href;
        return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, part);
      } catch {
        return part;
      }
    });
  }

  // ---------------------------------------------------------------- colours

  /** @param {string} hex "#rgb" or "#rrggbb" */
  function luminance(hex) {
    const full = hex.length === 4 ? hex.replace(/[^#]/g, "$&$&") : hex;
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(full.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  /** @param {string} one @param {string} two */
  function contrast(one, two) {
    const [dark, light] = [luminance(one), luminance(two)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  const accent = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(options.color || "") ? String(options.color) : "#2450c8";

  /** @param {HTMLElement} frame */
  function paint(frame) {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const apply = () => {
      const dark = options.theme === "dark" || (options.theme !== "light" && query.matches);
      frame.classList.toggle("dark", dark);
      // The company's colour is only used where it can be read; elsewhere the ink stands in for it.
      const [paper, soft, ink] = dark ? ["#15181c", "#242a31", "#f0f3f6"] : ["#ffffff", "#f1f3f5", "#1a1e23"];
      const legible = contrast(accent, paper) >= 4.5 && contrast(accent, soft) >= 4.5;
      frame.style.setProperty("--accent", accent);
      frame.style.setProperty("--on-accent", contrast(accent, "#ffffff") >= 4.5 ? "#ffffff" : "#000000");
      frame.style.setProperty("--accent-ink", legible ? accent : ink);
    };
    query.addEventListener("change", apply);
    apply();
  }

  const CSS = `
:host{all:initial!important;position:fixed!important;z-index:2147483000!important;bottom:0!important;right:0!important}
*,*::before,*::after{box-sizing:border-box}
[hidden]{display:none!important}
.frame{--paper:#fff;--soft:#f1f3f5;--line:#dfe4e8;--ink:#1a1e23;--mute:#59636e;--warm:#fff3d9;--alert:#fdeecb;--on-alert:#553a00;--edge:20px;
color:var(--ink);font:400 15px/1.45 -apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color-scheme:light;-webkit-text-size-adjust:100%}
.dark{--paper:#15181c;--soft:#242a31;--line:#343c45;--ink:#f0f3f6;--mute:#a7b1bc;--warm:#3b3119;--alert:#453713;--on-alert:#ffe7b0;color-scheme:dark}
button,textarea{font:inherit;color:inherit;margin:0;letter-spacing:inherit}
button{cursor:pointer;background:none;border:1px solid transparent;padding:0;-webkit-tap-highlight-color:transparent;touch-action:manipulation}
button:disabled{cursor:default}
svg{display:block;width:22px;height:22px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
:focus{outline:none}
:focus-visible{outline:2px solid var(--accent-ink);outline-offset:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launch{position:fixed;bottom:calc(var(--edge) + env(safe-area-inset-bottom));right:var(--edge);width:60px;height:60px;border-radius:50%;display:grid;place-items:center;
background:var(--accent);color:var(--on-accent);box-shadow:0 2px 6px #0f172a2e,0 10px 28px #0f172a38;transition:transform .18s ease,box-shadow .18s ease}
.launch svg{width:34px;height:34px}
.launch svg path{stroke-width:1.7}
.launch:hover{transform:translateY(-2px);box-shadow:0 3px 8px #0f172a33,0 14px 34px #0f172a47}
.launch:active{transform:none}
.launch:focus-visible{outline:3px solid var(--paper);outline-offset:0;box-shadow:0 0 0 6px var(--ink)}
.left .launch,.left .panel{right:auto;left:var(--edge)}
.badge{position:absolute;top:-3px;right:-3px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#c8102e;color:#fff;border:2px solid #fff;font-size:12px;font-weight:700;line-height:18px;text-align:center}
.panel{position:fixed;bottom:calc(var(--edge) + env(safe-area-inset-bottom));right:var(--edge);width:384px;max-width:calc(100vw - 2*var(--edge));height:640px;max-height:calc(100vh - 2*var(--edge));
display:flex;flex-direction:column;overflow:hidden;background:var(--paper);border-radius:20px;box-shadow:0 0 0 1px #0f172a14,0 8px 24px #0f172a1f,0 24px 64px #0f172a33;animation:rise .2s cubic-bezier(.2,.8,.3,1)}
.dark .panel{box-shadow:0 0 0 1px var(--line),0 24px 64px #000a}
.panel:focus-visible{outline:none}
@supports(height:100dvh){.panel{max-height:calc(100dvh - 2*var(--edge))}}
@keyframes rise{from{opacity:0;transform:translateY(12px) scale(.985)}}
header{display:flex;align-items:center;gap:12px;padding:12px 8px 12px 18px;border-bottom:1px solid var(--line);flex:none}
.mark{flex:none;width:38px;height:38px;border-radius:50%;display:grid;place-items:center;background:var(--accent);color:var(--on-accent)}
.titles{flex:1;min-width:0}
h2{margin:0;font-size:16px;font-weight:650;line-height:1.25;letter-spacing:-.01em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.about{margin:1px 0 0;font-size:13px;line-height:1.35;color:var(--mute);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.tool{flex:none;width:44px;height:44px;border-radius:12px;display:grid;place-items:center;color:var(--mute)}
.tool:hover{background:var(--soft);color:var(--ink)}
header .tool + .tool{margin-left:-12px}
.bar{flex:none;margin:0;padding:9px 18px;font-size:13.5px;line-height:1.4;background:var(--alert);color:var(--on-alert)}
.bar button{min-height:44px;padding:0 14px;margin:6px 8px 0 0;border-radius:12px;border-color:currentColor;font-weight:600}
.bar button:focus-visible{outline-color:currentColor}
.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:18px 18px 10px;display:flex;flex-direction:column}
.log:focus-visible{outline-offset:-3px}
.log::before{content:"";margin-top:auto}
.row{display:flex;flex-direction:column;align-items:flex-start;margin-top:14px;max-width:100%}
.row.bot + .row.bot,.row.human + .row.human,.row.me + .row.me{margin-top:5px}
.bubble{max-width:88%;padding:9px 14px;border-radius:18px;border-bottom-left-radius:6px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;text-align:start;text-wrap:pretty}
.bubble a{color:inherit;text-decoration:underline;text-underline-offset:2px}
.me{align-items:flex-end}
.me .bubble{background:var(--accent);color:var(--on-accent);border-radius:18px;border-bottom-right-radius:6px}
.me .file{display:flex;gap:8px;align-items:center}
.me .file svg{width:18px;height:18px;flex:none}
.who{display:flex;gap:6px;align-items:center;margin:0 0 4px 2px;font-size:12.5px;font-weight:600;color:var(--mute)}
.who svg{width:16px;height:16px}
.row.human + .row.human .who{display:none}
.human .bubble{background:var(--warm)}
.state{display:flex;gap:2px;align-items:center;margin:3px 2px 0;font-size:12.5px;color:var(--mute)}
.state.calm{animation:late 1ms .8s both!important}
@keyframes late{from{opacity:0;height:0;margin:0}}
.state button{min-height:44px;min-width:44px;padding:0 8px;margin:-8px -6px -8px 0;color:var(--ink);font-weight:600;text-decoration:underline;text-underline-offset:2px;border-radius:10px}
.choices{display:flex;flex-wrap:wrap;gap:8px;margin-top:10px;max-width:100%}
.choices button{min-height:44px;padding:8px 16px;border-radius:22px;border:1.5px solid var(--accent-ink);color:var(--accent-ink);background:var(--paper);font-weight:550;text-align:start;line-height:1.3;overflow-wrap:anywhere;transition:background .12s,color .12s}
.choices button:hover:enabled{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.choices button:disabled{border-color:var(--line);color:var(--mute)}
.choices button.taken{border-color:var(--mute)}
.row.bot:not(.back){animation:appear .18s ease-out}
@keyframes appear{from{opacity:0;transform:translateY(6px)}}
.dots{flex:none;align-self:flex-start;display:flex;gap:5px;margin-top:14px;padding:14px 16px;border-radius:18px;border-bottom-left-radius:6px;background:var(--soft)}
.dots i{width:7px;height:7px;border-radius:50%;background:var(--mute);animation:bob 1.1s infinite ease-in-out}
.dots i:nth-child(2){animation-delay:.14s}
.dots i:nth-child(3){animation-delay:.28s}
@keyframes bob{0%,60%,100%{transform:none;opacity:.5}30%{transform:translateY(-4px);opacity:1}}
form{flex:none;display:flex;align-items:flex-end;gap:2px;margin:6px 12px 12px;padding:3px;border:1px solid var(--line);border-radius:24px;background:var(--paper)}
form:focus-within{border-color:var(--accent-ink)}
form .tool{border-radius:50%}
textarea{flex:1;min-width:0;height:44px;max-height:132px;padding:11px 4px;border:0;background:none;resize:none;font-size:16px;line-height:22px;overflow-y:auto}
textarea:focus-visible{outline:none}
textarea::placeholder{color:var(--mute);opacity:1}
.send{flex:none;width:44px;height:44px;border-radius:50%;display:grid;place-items:center;background:var(--accent);color:var(--on-accent)}
@media(max-width:480px),(max-height:420px){
.panel,.left .panel{top:0;left:0;right:0;bottom:auto;width:100%;max-width:none;height:100vh;height:100dvh;max-height:none;border-radius:0;box-shadow:none}
header{padding-top:calc(10px + env(safe-area-inset-top));padding-left:calc(16px + env(safe-area-inset-left));padding-right:calc(4px + env(safe-area-inset-right))}
.log{padding-left:calc(16px + env(safe-area-inset-left));padding-right:calc(16px + env(safe-area-inset-right))}
form{margin:6px calc(10px + env(safe-area-inset-right)) calc(10px + env(safe-area-inset-bottom)) calc(10px + env(safe-area-inset-left))}
.frame{--edge:16px;font-size:16px}}
@media(max-height:300px){header{padding-top:2px;padding-bottom:2px}.mark,.about{display:none}}
@media(prefers-reduced-motion:reduce){*,*::before,*::after{animation:none!important;transition:none!important}}
@media(forced-colors:active){.panel,.bubble,.launch,.send,.badge{border:1px solid}}
@media print{.frame{display:none}}`;

  // ---------------------------------------------------------------- the view

  const view = (() => {
    const host = el("div", { id: "banter-chat" });
    const root = host.attachShadow({ mode: "open" });
    const title = options.title || word("title");

    const badge = el("span", { class: "badge", "aria-hidden": "true", hidden: "" });
    const launch = el("button", { type: "button", class: "launch", "aria-haspopup": "dialog" }, icon(ICONS.chat), badge);
    const about = el("p", { class: "about" }, word("disclosure"));
    const again = iconButton("tool", word("new_chat"), ICONS.again);
    const shut = iconButton("tool", word("close"), ICONS.close);
    const lostBar = el("p", { class: "bar lost", role: "status", hidden: "" });
    const dots = el("div", { class: "dots", "aria-hidden": "true", hidden: "" }, el("i"), el("i"), el("i"));
    const log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": word("log"), tabindex: "0" }, dots);
    const notice = el("div", { class: "bar notice", role: "alert", hidden: "" });
    const input = el("textarea", { rows: "1", placeholder: word("placeholder"), "aria-label": word("message"), enterkeyhint: "send", autocomplete: "off" });
    const picker = el("input", { type: "file", accept: FILE_TYPES, hidden: "", tabindex: "-1", "aria-label": word("attach") });
    const attach = iconButton("tool", word("attach"), ICONS.clip);
    const submit = iconButton("send", word("send"), ICONS.send);
    submit.type = "submit";
    const form = el("form", {}, attach, picker, input, submit);
    const panel = el(
      "section",
      { class: "panel", role: "dialog", "aria-labelledby": "title", tabindex: "-1", hidden: "" },
      el(
        "header",
        {},
        el("span", { class: "mark", "aria-hidden": "true" }, icon(ICONS.chat)),
        el("div", { class: "titles" }, el("h2", { id: "title" }, title), about),
        again,
        shut,
      ),
      lostBar,
      log,
      notice,
      form,
    );
    const frame = el("div", { class: options.position === "left" ? "frame left" : "frame", lang: language }, panel, launch);

    const narrow = matchMedia("(max-width: 480px), (max-height: 420px)");
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const touch = matchMedia("(pointer: coarse)");

    /** Rows by the id of their inbound or reply. @type {Map<string, Row>} */
    const rows = new Map();
    /** @type {HTMLElement | null} */
    let group = null; // the buttons that are on the screen
    /** @type {Promise<void>} */
    let reveals = Promise.resolve(); // replies appear one after another
    let epoch = 0; // grows when the log is cleared: a reply still to be revealed is then of yesterday
    let asked = 0; // when we began to wait
    let revealing = 0;
    let sendingNow = false;
    let human = false; // a person spoke last: the bot is silent, so nobody is said to be typing
    /** @type {Element | null} */
    let opener = null;

    function dress() {
      try {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(CSS);
        root.adoptedStyleSheets = [sheet];
      } catch {
        const style = el("style", {}, CSS);
        if (script && script.nonce) style.nonce = script.nonce;
        root.append(style);
      }
    }

    /** @param {number} number */
    function badgeIt(number) {
      unread = number;
      badge.hidden = !number;
      badge.textContent = number > 9 ? "9+" : String(number);
      launch.setAttribute("aria-label", number ? `${word("open")}. ${word("unread", number)}` : word("open"));
    }

    const nearEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;
    const toEnd = () => log.scrollTo({ top: log.scrollHeight });

    function dotsNow() {
      const on = (sendingNow && !human) || revealing > 0;
      if (on === !dots.hidden) return;
      const follow = nearEnd();
      dots.hidden = !on;
      about.textContent = word(on ? "typing" : "disclosure");
      if (follow) toEnd();
    }

    /** Put a row where its turn belongs: what is not answered yet has no turn and stays last. @param {Row} row */
    function place(row) {
      /** @type {Node} */
      let before = dots;
      for (const other of rows.values()) {
        if (other !== row && other.turn > row.turn && other.element.isConnected) {
          if (before === dots || other.element.compareDocumentPosition(before) & 4) before = other.element;
        }
      }
      // Moving a row that stands right would have it read out again.
      if (row.element.nextSibling !== before) log.insertBefore(row.element, before);
    }

    /** @param {string} id @param {number} turn @param {string} kind me, bot or human @param {(Node | string)[]} content @param {boolean} mine */
    function addRow(id, turn, kind, content, mine) {
      const follow = mine || nearEnd();
      const who = el("span", { class: kind === "human" ? "who" : "sr" }, word(kind === "me" ? "you" : kind));
      if (kind === "human") who.prepend(icon(ICONS.person));
      const bubble = el("div", { class: "bubble", dir: "auto" }, ...content);
      /** @type {Row} */
      const row = { turn, element: el("div", { class: `row ${kind}` }, who, bubble), state: null };
      rows.set(id, row);
      place(row);
      if (follow) toEnd();
      return row;
    }

    /** @param {Row} row @param {string} text "" takes the line away @param {boolean} [retry] */
    function setState(row, text, retry = false) {
      const follow = nearEnd();
      if (row.state) row.state.remove();
      row.state = null;
      if (!text) return;
      row.state = el("div", { class: retry ? "state" : "state calm" }, text);
      if (retry) {
        const button = el("button", { type: "button" }, word("retry"));
        button.addEventListener("click", () => {
          input.focus();
          wake();
        });
        row.state.append(button);
      }
      row.element.append(row.state);
      row.state.addEventListener("animationend", () => nearEnd() && toEnd()); // It takes up room only then.
      if (follow) toEnd();
    }

    /** @param {Item} item */
    function addItem(item) {
      closeChoices(item);
      const file = item.kind === "file";
      const row = addRow(item.id, Infinity, "me", file ? [icon(ICONS.clip), item.label] : [item.label], true);
      if (file) row.element.querySelector(".bubble")?.classList.add("file");
      setState(row, word("sending"));
    }

    /** @param {Item} item */
    function closeChoices(item) {
      if (!group) return;
      for (const button of group.querySelectorAll("button")) {
        button.disabled = true;
        if (button.dataset.id === item.value) button.classList.add("taken");
      }
    }

    /** @param {Row} row @param {Choice[]} choices */
    function offer(row, choices) {
      if (row.element.nextElementSibling !== dots) return; // Something was said since: the question is past.
      group = el("div", { class: "choices", role: "group", "aria-label": word("choices") });
      for (const choice of choices) {
        const button = el("button", { type: "button", "data-id": choice.id }, choice.label);
        button.addEventListener("click", (event) => {
          if (event.detail === 0 || !touch.matches) input.focus();
          else panel.focus(); // A tap must not raise the keyboard over the answer.
          say("choice", choice.id, choice.label);
        });
        group.append(button);
      }
      row.element.append(group);
    }

    /** @param {number} turn @param {Reply} reply @param {boolean} calm true for what was said before this page */
    function addReply(turn, reply, calm) {
      if (rows.has(reply.id)) return;
      const kind = reply.author === "human" ? "human" : "bot";
      const follow = nearEnd();
      if (group) group.remove();
      group = null;
      const row = addRow(reply.id, turn, kind, linked(String(reply.text)), false);
      if (calm) row.element.classList.add("back");
      human = kind === "human";
      if (reply.choices && reply.choices.length) offer(row, reply.choices);
      if (follow) toEnd();
      if (!calm) tell("message", { author: kind, id: reply.id, turn });
      if (!session || turn <= session.seen) return;
      if (opened) {
        session.seen = turn;
        remember();
      } else badgeIt(unread + 1);
    }

    /** @param {number} turn @param {Reply} reply @param {number} place which of its turn, from 0 */
    async function reveal(turn, reply, place) {
      const mine = epoch;
      const natural = place ? Math.min(600, 250 + reply.text.length * 3) : Math.max(0, 350 - (Date.now() - asked));
      if (opened && !document.hidden && !still.matches && natural > 0) {
        revealing++;
        dotsNow();
        await pause(natural / 1000, true);
        revealing--;
      }
      if (mine === epoch) addReply(turn, reply, false);
      dotsNow();
    }

    /** What the visitor said, or a person of ours in the visitor's place. @param {Turn} turn @param {boolean} calm */
    function showInbound(turn, calm) {
      const inbound = turn.inbound;
      if (!inbound || !inbound.text) return;
      if (inbound.author === "human") {
        addReply(turn.turn, { id: inbound.id, text: inbound.text, author: "human" }, calm);
        return;
      }
      const row = rows.get(inbound.id);
      if (!row) {
        addRow(inbound.id, turn.turn, "me", [String(inbound.text)], false);
      } else if (row.turn === Infinity) {
        row.turn = turn.turn;
        setState(row, "");
        place(row);
        tell("message", { author: "visitor", id: inbound.id, turn: turn.turn });
      }
    }

    function fit() {
      const seen = window.visualViewport;
      const phone = opened && narrow.matches;
      panel.style.height = phone && seen ? `${seen.height}px` : "";
      panel.style.top = phone && seen ? `${seen.offsetTop}px` : "";
      panel.setAttribute("aria-modal", String(narrow.matches));
      document.documentElement.style.overflow = phone ? "hidden" : "";
    }

    function grow() {
      input.style.height = "44px";
      input.style.height = `${Math.min(input.scrollHeight, 132)}px`;
      const draft = input.value;
      if (draft) shelf.set(DRAFT, draft);
      else shelf.drop(DRAFT);
    }

    /** @param {string} text @param {[string, () => void][]} [actions] */
    function note(text, actions = []) {
      const follow = nearEnd();
      notice.hidden = !text;
      notice.replaceChildren(text);
      if (follow) toEnd();
      if (!actions.length) return;
      const line = el("div");
      for (const [label, act] of actions) {
        const button = el("button", { type: "button" }, label);
        button.addEventListener("click", () => {
          note("");
          input.focus();
          act();
        });
        line.append(button);
      }
      notice.append(line);
      if (follow) toEnd();
      line.querySelector("button")?.focus();
    }

    /** @param {File} file */
    function takeFile(file) {
      const name = file.name.toLowerCase();
      if (!FILE_TYPES.split(",").some((type) => name.endsWith(type))) note(word("file_wrong_type"));
      else if (file.size > FILE_MEGABYTES * 1024 * 1024) note(word("file_too_big", FILE_MEGABYTES));
      else if (!file.size) note(word("file_empty"));
      else say("file", "", file.name, file);
    }

    /** On a phone the panel covers the page, so Tab stays inside. @param {KeyboardEvent} event */
    function keepInside(event) {
      if (!narrow.matches) return;
      const stops = [...panel.querySelectorAll("button,textarea,a,[tabindex='0']")].filter(
        (stop) => stop instanceof HTMLElement && stop.offsetParent && !(/** @type {HTMLButtonElement} */ (stop).disabled),
      );
      const edge = stops[event.shiftKey ? 0 : stops.length - 1];
      if (root.activeElement !== edge && root.activeElement !== panel) return;
      if (root.activeElement === panel && !event.shiftKey) return;
      event.preventDefault();
      /** @type {HTMLElement} */ (stops[event.shiftKey ? stops.length - 1 : 0]).focus();
    }

    /** @param {KeyboardEvent} event */
    function onKey(event) {
      event.stopPropagation(); // The page's own shortcuts must not fire while somebody types to us.
      if (event.isComposing) return;
      if (event.key === "Escape") hide();
      else if (event.key === "Tab") keepInside(event);
      else if (event.key === "Enter" && !event.shiftKey && event.target === input) {
        event.preventDefault();
        form.requestSubmit();
      }
    }

    function wire() {
      launch.addEventListener("click", open);
      shut.addEventListener("click", hide);
      again.addEventListener("click", () =>
        note(word("new_chat_sure"), [
          [word("new_chat"), startAgain],
          [word("new_chat_keep"), () => {}],
        ]),
      );
      panel.addEventListener("keydown", onKey);
      for (const name of ["keyup", "keypress"]) panel.addEventListener(name, (event) => event.stopPropagation());
      input.addEventListener("input", () => {
        keyed = input.value ? Date.now() : 0;
        note("");
        grow();
      });
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const text = input.value.trim();
        note("");
        input.focus();
        if (!text) return;
        input.value = "";
        keyed = 0;
        grow();
        say("text", text, text);
      });
      attach.addEventListener("click", () => picker.click());
      picker.addEventListener("change", () => {
        note("");
        if (picker.files && picker.files[0]) takeFile(picker.files[0]);
        picker.value = "";
      });
      narrow.addEventListener("change", fit);
      if (window.visualViewport) {
        for (const name of ["resize", "scroll"]) window.visualViewport.addEventListener(name, fit);
      }
    }

    function mount() {
      dress();
      paint(frame);
      badgeIt(0);
      wire();
      root.append(frame);
      document.body.append(host);
      input.value = shelf.get(DRAFT) || "";
    }

    function open() {
      if (opened) return;
      opener = root.activeElement || document.activeElement;
      opened = wanted = true;
      panel.hidden = false;
      launch.hidden = true;
      badgeIt(0);
      if (session) session.seen = Math.max(session.seen, lastEvent);
      remember();
      fit();
      grow();
      toEnd();
      (touch.matches ? panel : input).focus();
      tell("open");
      if (!session) session = shelf.get(KEY); // Another tab may have begun.
      wake();
    }

    function hide() {
      if (!opened) return;
      opened = false;
      panel.hidden = true;
      launch.hidden = false;
      fit();
      const back = opener instanceof HTMLElement && opener !== document.body && opener.isConnected ? opener : launch;
      back.focus();
      tell("close");
    }

    return {
      mount,
      open,
      hide,
      addItem,

      /** Bubbles that go as one message become one. @param {Item} first @param {Item[]} more */
      join(first, more) {
        const bubble = rows.get(first.id)?.element.querySelector(".bubble");
        if (bubble) bubble.textContent = first.label;
        for (const one of more) {
          rows.get(one.id)?.element.remove();
          rows.delete(one.id);
        }
      },
      /** @param {Item} item its turn has come */
      sending(item) {
        const row = rows.get(item.id);
        if (row) setState(row, word("sending"));
        this.waiting(true);
      },
      /** @param {boolean} on */
      waiting(on) {
        if (on && !sendingNow) asked = Date.now();
        sendingNow = on;
        dotsNow();
      },
      /** None of the waiting messages got through. */
      unsent() {
        for (const item of queue) {
          const row = rows.get(item.id);
          if (row) setState(row, word("not_sent"), true);
        }
      },
      /** @param {Item} item @param {string} why */
      refused(item, why) {
        const row = rows.get(item.id);
        if (row) setState(row, why);
        note(why);
        for (const button of group ? group.querySelectorAll("button") : []) button.disabled = false;
      },
      /** Back from the log into the field, unless something else is written there by now. @param {Item} item */
      giveBack(item) {
        const row = rows.get(item.id);
        if (input.value || !row) return;
        row.element.remove();
        rows.delete(item.id);
        input.value = item.value;
        grow();
        toEnd();
      },
      /** @param {boolean} on */
      lost(on) {
        if (on === !lostBar.hidden) return;
        const follow = nearEnd();
        lostBar.hidden = !on;
        lostBar.textContent = on ? word("lost") : "";
        if (follow) toEnd();
      },
      /** @param {Turn} turn @param {boolean} calm */
      show(turn, calm) {
        showInbound(turn, calm);
        const mine = epoch;
        turn.replies.forEach((reply, place) => {
          if (calm) addReply(turn.turn, reply, true);
          else reveals = reveals.then(() => (mine !== epoch || rows.has(reply.id) ? undefined : reveal(turn.turn, reply, place)));
        });
      },
      /** The whole transcript, then what is still to be sent. @param {Turn[]} turns */
      restore(turns) {
        log.setAttribute("aria-busy", "true"); // Nobody wants yesterday read out.
        this.clear(false);
        for (const turn of turns) this.show(turn, true);
        for (const item of queue) if (item.kind !== "signal") closeChoices(item);
        log.removeAttribute("aria-busy");
        toEnd();
      },
      /** @param {boolean} all false keeps what is not sent yet */
      clear(all) {
        epoch++;
        group = null;
        human = false;
        for (const [id, row] of [...rows]) {
          if (!all && queue.some((item) => item.id === id)) continue;
          row.element.remove();
          rows.delete(id);
        }
      },
    };
  })();

  // ---------------------------------------------------------------- what a visitor and a page can do

  /** @param {Kind} kind @param {string} value @param {string} label @param {File} [file] */
  function say(kind, value, label, file) {
    const item = enqueue(kind, value, label, file);
    if (kind !== "signal") view.addItem(item);
    if (kind !== "text") flush(); // A button ends the wait for words.
    work();
  }

  /** Leave this conversation, with all that was not sent, and begin another. */
  function startAgain() {
    for (const item of [...queue]) dequeue(item);
    stopListening();
    session = null;
    resumed = false;
    shelf.drop(KEY);
    view.clear(true);
    wake();
  }

  function mount() {
    view.mount();
    for (const item of queue) if (item.kind !== "signal") view.addItem(item);
    const recent = session && Date.now() - session.at < DAY;
    const unsent = session && queue.length > 0;
    if (recent || unsent) work(); // A person may have answered meanwhile: the badge says so without a click.
  }

  // Any element of the page with this attribute opens the chat: no script of the page's own is needed.
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    const did = event.target.closest("[data-banter-event]");
    if (did) track(String(did.getAttribute("data-banter-event")));
    if (!event.target.closest("[data-banter-open]")) return;
    event.preventDefault();
    view.open();
  });

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest;
  window.addEventListener("online", () => {
    trouble("offline", false);
    wake();
  });
  window.addEventListener("offline", () => trouble("offline", true));
  window.addEventListener("pagehide", () => {
    leaving = true;
    flush();
    stopListening();
  });
  window.addEventListener("pageshow", (event) => {
    leaving = false;
    if (event.persisted) wake();
  });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(rest);
    // Browsers allow six connections to a host over HTTP/1.1: tabs nobody looks at give theirs back.
    if (!document.hidden) return wake();
    flush();
    rest = setTimeout(stopListening, DAY / 1440);
  });
  window.addEventListener("storage", (event) => {
    if (event.key !== KEY || !event.newValue) return;
    /** @type {Session | null} */
    const other = shelf.get(KEY);
    if (!other || (session && session.conversation === other.conversation)) return;
    stopListening();
    session = other; // Another tab began a new conversation: this one follows it.
    resumed = false;
    wake();
  });

  /** Kept until there is a conversation: nobody is watched who does not talk. @param {string} kind */
  function track(kind) {
    const waiting = queue.filter((item) => item.kind === "signal");
    if (waiting.length >= 20) dequeue(waiting[0]);
    say("signal", String(kind), "");
  }

  Object.defineProperty(window, "Banter", {
    value: Object.freeze({
      open: () => view.open(),
      close: () => view.hide(),
      /** Tell what the visitor did, "product_page_viewed". */
      track,
      signal: track,
      /** @param {string} name open, close, start or message @param {(detail: object) => void} listener @returns {() => void} stops it */
      on(name, listener) {
        const all = listeners.get(name) || new Set();
        listeners.set(name, all.add(listener));
        return () => void all.delete(listener);
      },
    }),
  });

  if (options.event) track(options.event);
  if (document.body) mount();
  else document.addEventListener("DOMContentLoaded", mount);
  document.dispatchEvent(new CustomEvent("banter:ready"));
})();
