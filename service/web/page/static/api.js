// The way to the service: JSON, uploads with progress, server-sent events; every failure says what to do.

import { recovered, unreachable } from "./connection.js";

const RETRY_MS = [400, 1000, 2000, 4000, 8000];
const AWAY = "连不上服务：它可能正在重启，或网络断了。请稍候再试；写的内容都还在。";

/** A request that failed. `message` is fit for the reader; `fields` tells which parts of the request are wrong. */
export class Problem extends Error {
  constructor(message, { code = "", status = 0, fields = [] } = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.fields = fields;
  }

  /** Whether the reader stopped it. */
  get isAborted() {
    return this.code === "aborted";
  }

  /** Whether the service could not be reached. */
  get isAway() {
    return this.code === "unreachable";
  }
}

/** Returns the JSON at an address; tries again while the service is away. */
export async function get(path, { signal } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await send("GET", path, undefined, { signal });
    } catch (problem) {
      if (!problem.isAway || attempt >= RETRY_MS.length) throw problem;
      await pause(RETRY_MS[attempt], signal);
    }
  }
}

/** Sends a request, with a body as JSON where one is given; returns the JSON of the reply, or null. */
export async function send(method, path, body, { signal } = {}) {
  const headers = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  const reply = await fetched(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal });
  if (!reply.ok) throw await problemOf(reply);
  if (reply.status === 204) return null;
  return read(() => reply.json(), signal);
}

/** Returns the bytes at an address as a Blob, with the name the service gives them. */
export async function fetchFile(path, { signal } = {}) {
  const reply = await fetched(path, { signal });
  if (!reply.ok) throw await problemOf(reply);
  const named = /filename\*=UTF-8''([^;]+)/.exec(reply.headers.get("content-disposition") ?? "");
  return { blob: await read(() => reply.blob(), signal), name: named ? decodeURIComponent(named[1]) : "" };
}

/**
 * Sends a form with files; returns the JSON of the reply.
 * `onProgress` takes the part of it that was sent, 0 to 1; `accept` is the media type asked for, and with
 * "text/event-stream" `onEvent` takes each event's name and data, and the data of `done` is returned.
 */
export function upload(path, form, { onProgress = () => {}, onEvent = () => {}, accept = "application/json", signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const events = new Events((name, data) => (name === "error" ? reject(problemFrom(data)) : onEvent(name, data)));
    const hear = () => {
      if (accept === "text/event-stream" && isGood(request.status)) events.take(request.responseText);
    };
    request.open("POST", path);
    request.setRequestHeader("accept", accept);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("progress", hear);
    request.addEventListener("load", () => {
      recovered();
      hear();
      if (!isGood(request.status)) reject(problemFrom(parsed(request.responseText), request.status));
      else if (accept !== "text/event-stream") resolve(parsed(request.responseText));
      else if (events.done) resolve(events.done);
      else reject(broken());
    });
    request.addEventListener("error", () => {
      unreachable();
      reject(new Problem(AWAY, { code: "unreachable" }));
    });
    request.addEventListener("abort", () => reject(aborted()));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    if (signal?.aborted) reject(aborted());
    else request.send(form);
  });
}

/** Sends JSON and listens to the events of the reply; returns the data of the last one, `done`. */
export async function stream(path, body, onEvent, { signal } = {}) {
  const headers = { accept: "text/event-stream", "content-type": "application/json" };
  const reply = await fetched(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (!reply.ok) throw await problemOf(reply);
  let failure = null;
  const events = new Events((name, data) => {
    if (name === "error") failure = problemFrom(data);
    else onEvent(name, data);
  });
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const part = await read(() => reader.read(), signal);
    if (part.done) break;
    text += part.value;
    events.take(text);
    if (failure) throw failure;
  }
  if (!events.done) throw broken();
  return events.done;
}

/** Cuts the text of a stream into its events. */
class Events {
  constructor(tell) {
    this.tell = tell;
    this.at = 0;
    this.done = null;
  }

  /** Takes all that has come so far. */
  take(text) {
    for (let end = text.indexOf("\n\n", this.at); end >= 0; end = text.indexOf("\n\n", this.at)) {
      const block = text.slice(this.at, end);
      this.at = end + 2;
      const name = /^event: ?(.*)$/m.exec(block)?.[1] ?? "";
      const data = [...block.matchAll(/^data: ?(.*)$/gm)].map((each) => each[1]).join("\n");
      if (!name || !data) continue;
      const said = JSON.parse(data);
      if (name === "done") this.done = said;
      this.tell(name, said);
    }
  }
}

async function fetched(path, options) {
  try {
    const reply = await fetch(path, options);
    recovered();
    return reply;
  } catch (error) {
    if (error.name === "AbortError") throw aborted();
    unreachable();
    throw new Problem(AWAY, { code: "unreachable" });
  }
}

async function read(reading, signal) {
  try {
    return await reading();
  } catch {
    throw signal?.aborted ? aborted() : broken();
  }
}

async function problemOf(reply) {
  return problemFrom(parsed(await reply.text().catch(() => "")), reply.status);
}

function problemFrom(said, status = 0) {
  const message = said?.detail ?? `服务没有答应（${status || "无状态"}）。请稍后再试；总是这样，请告诉管理员。`;
  return new Problem(message, { code: said?.code ?? "", status: said?.status ?? status, fields: said?.errors ?? [] });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(aborted())), { once: true });
  });
}

const isGood = (status) => status >= 200 && status < 300;
const aborted = () => new Problem("已停止。", { code: "aborted" });
const broken = () => new Problem("回复中途断了，可能是服务重启了。请再试一次。", { code: "unreachable" });
