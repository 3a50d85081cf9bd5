// The relatives' page: picks, sends and follows photos until they wake.

import { Card, percent, say, words } from "./cards.js";
import { Carrier, Declined } from "./carrier.js";
import { digestOf, hex, prepare } from "./hashing.js";
import { request } from "./line.js";
import { drop, keep, kept } from "./shelf.js";

const AT_ONCE = 2; // photos in flight: a third one only shares the same Wi-Fi
const BUSY_SECONDS = 2, CALM_SECONDS = 10, LONGEST_SECONDS = 60;

const facts = JSON.parse(document.querySelector("[data-facts]").textContent);
const find = (name) => document.querySelector(`[data-${name}]`);
const list = find("photos");
const everyDriver = document.querySelector("#all-drivers");

const items = []; // picked here: {file, name, key, driver, sha256, state, card, ...}
const stories = new Map(); // by SHA-256: what the frame told last
const cards = new Map(); // by SHA-256
let shown = facts.shown;
let isAway = false;

// What is said aloud, and seen: few words, at moments that matter.
let saidLast = "";
function announce(text) {
  if (text === saidLast) return;
  saidLast = text;
  find("say").textContent = text;
}

function note(text) {
  find("note").textContent = text;
  find("note").hidden = !text;
  announce(text);
}

function away(isNow) {
  if (isNow === isAway) return;
  isAway = isNow;
  document.documentElement.dataset.away = String(isNow);
  if (isNow) note(words.lost_connection);
  else {
    find("note").hidden = true;
    announce(words.back);
  }
}

// Picking

const isVideo = (file) => file.type.startsWith("video/") || /\.(mov|mp4|m4v|3gp|avi|mkv|webm)$/i.test(file.name);

function problemOf(file) {
  if (file.size === 0) return words.empty;
  if (file.size > facts.largest) return words.too_large;
  return isVideo(file) ? words.no_photo : "";
}

let picking = 0;
async function pick(files) {
  picking++;
  const picked = [...files].map((file) => ({ file, name: file.name, driver: everyDriver.value }));
  let isKept = true;
  for (const each of picked) add(each);
  for (const item of items.filter((each) => each.key === undefined && !each.isOver)) {
    const { file, name, driver } = item;
    item.key = await keep({ file, name, driver, pass: facts.pass });
    isKept &&= item.key !== null;
    if (item.isOver) drop(item.key);
  }
  if (!isKept) note(words.cannot_keep);
}

function add({ file, name, driver, key }) {
  const item = { file, name, driver, key, state: "waiting", share: null, isOver: false };
  item.card = new Card(deedsOf(item));
  items.push(item);
  // In the order in which they go, above what was sent before.
  const above = items.at(-2);
  if (above && above.picking === picking) above.card.root.after(item.card.root);
  else list.prepend(item.card.root);
  item.picking = picking;
  item.card.preview(file);
  const problem = problemOf(file);
  if (problem) fail(item, problem);
  else {
    draw(item);
    advance();
  }
}

function deedsOf(item) {
  return {
    note,
    changed: (story) => {
      if (story === null) forget(item);
      else take(story);
      poll();
    },
  };
}

function forget(item) {
  item.isOver = true;
  item.carrier?.stop();
  drop(item.key);
  item.card.root.remove();
  if (item.sha256) {
    cards.delete(item.sha256);
    stories.delete(item.sha256);
  }
  const at = items.indexOf(item);
  if (at >= 0) items.splice(at, 1);
  tally();
  advance();
}

async function cancel(item) {
  if (item.id) {
    await request("DELETE", `/uploads/${item.id}`).catch(() => {});
  }
  forget(item);
}

// Sending

function fail(item, text) {
  Object.assign(item, { state: "failed", problem: text, isOver: true });
  drop(item.key);
  draw(item);
  announce(`${item.name}: ${text}`);
  advance();
}

let isReading = false;
function advance() {
  const next = items.find((each) => each.state === "waiting");
  if (next && !isReading) read(next);
  const sending = items.filter((each) => each.state === "sending").length;
  for (const item of items.filter((each) => each.state === "ready").slice(0, AT_ONCE - sending)) send(item);
  tally();
}

async function read(item) {
  isReading = true;
  item.state = "reading";
  draw(item);
  try {
    item.sha256 = hex(await digestOf(item.file));
  } catch {
    fail(item, words.unreadable);
    return;
  } finally {
    isReading = false;
  }
  if (item.isOver) return;
  const twin = items.find((each) => each !== item && each.sha256 === item.sha256 && !each.isOver);
  if (twin) {
    note(say(words.twice, { name: item.name }));
    item.sha256 = undefined;
    forget(item);
    return;
  }
  // Picked once more: this card takes the place of the one before.
  for (const old of items.filter((each) => each !== item && each.sha256 === item.sha256)) {
    old.card.root.remove();
    items.splice(items.indexOf(old), 1);
  }
  const before = cards.get(item.sha256);
  if (before && before !== item.card) before.root.remove();
  cards.set(item.sha256, item.card);
  item.state = "ready";
  draw(item);
  advance();
}

async function send(item) {
  item.state = "sending";
  draw(item);
  item.carrier = new Carrier(item, (what, share, text) => {
    item.trouble = what === "offline" ? words.no_connection : what === "slow" ? text || words.slow : "";
    away(what === "offline");
    if (share !== null) item.share = share;
    draw(item);
    tally();
  });
  try {
    if (await item.carrier.carry()) arrived(item);
  } catch (error) {
    const text = error instanceof Declined ? words[error.message] || error.message : words.failed;
    fail(item, text);
  }
}

function arrived(item) {
  Object.assign(item, { state: "sent", share: 1, isOver: true, trouble: "" });
  drop(item.key);
  draw(item);
  advance();
  poll();
}

// Showing

function draw(item) {
  const story = item.sha256 && stories.get(item.sha256);
  const isTheFrames = story && story.state !== "sending" && item.state !== "failed";
  if (isTheFrames && (item.state === "sent" || item.isOver)) return item.card.show(story);
  const headline = {
    waiting: words.waiting,
    ready: words.waiting,
    reading: words.reading,
    sending: item.trouble || say(words.sending, { percent: percent(item.share || 0) }),
    sent: words.sent,
    failed: item.problem,
  }[item.state];
  item.card.showLocal({
    name: item.name,
    headline,
    progress: item.state === "sending" ? item.share || 0 : null,
    isTrouble: item.state === "failed",
    driver: item.driver,
    canChoose: ["waiting", "reading", "ready"].includes(item.state),
    choose: (driver) => (item.driver = driver),
    cancel: item.state === "sent" ? null : () => cancel(item),
  });
}

function take(story) {
  stories.set(story.sha256, story);
  const item = items.find((each) => each.sha256 === story.sha256);
  let card = cards.get(story.sha256);
  if (item && !item.isOver) return draw(item);
  if (item && item.state === "failed" && story.state === "sending") return;
  if (!card) {
    const whose = { card: null, key: null, sha256: story.sha256, isOver: true, id: story.id };
    card = whose.card = new Card(deedsOf(whose));
    cards.set(story.sha256, card);
  }
  card.show(story);
}

function tally() {
  const others = [...stories.values()].filter((each) => !items.some((item) => item.sha256 === each.sha256));
  const local = items.filter((each) => each.state !== "failed");
  const here = local.filter((each) => each.state === "sent");
  const isBusy = here.length < local.length;
  const total = local.length, done = here.length;
  setTally(total > 0 ? say(words.progress, { done, total }) : "");
  find("overall").hidden = !isBusy;
  if (total > 0) {
    const shares = local.map((each) => (each.state === "sent" ? 1 : each.share || 0));
    find("overall-bar").value = shares.reduce((sum, each) => sum + each, 0) / total;
  }
  if (total > 0 && !isBusy && wasBusy) announce(words.all_there);
  else if (isBusy && done > 0 && done % 5 === 0) announce(say(words.progress, { done, total }));
  if (total > 0 && !isBusy && wasBusy) setTally(words.all_there);
  wasBusy = isBusy;
  find("nothing").hidden = items.length + others.length > 0;
}
let wasBusy = false;

function setTally(text) {
  if (find("tally").textContent !== text && text !== "") find("tally").textContent = text;
}

// Following

const restless = (story) => ["arrived", "preparing", "queued", "animating"].includes(story.state) || story.changing;

let timer = 0, wait = BUSY_SECONDS, last = "", isAsking = false, asksAgain = false;

async function poll() {
  clearTimeout(timer);
  if (isAsking) {
    asksAgain = true;
    return;
  }
  isAsking = true;
  try {
    const answer = await fetch(`/api/photos?limit=${shown}`, { headers: { Accept: "application/json" }, cache: "no-cache" });
    if (answer.status === 401 || answer.status === 403) return gone(await answer.json());
    if (!answer.ok) throw new Error(String(answer.status));
    const body = await answer.text();
    away(false);
    const isNews = body !== last;
    if (isNews) follow(JSON.parse(body));
    last = body;
    const isBusy = [...stories.values()].some(restless);
    const calm = isBusy ? BUSY_SECONDS : CALM_SECONDS;
    wait = isNews ? calm : Math.min(LONGEST_SECONDS, Math.max(calm, wait * 1.3));
    if (isBusy) wait = Math.min(wait, 3 * BUSY_SECONDS);
  } catch {
    away(true);
    wait = Math.min(LONGEST_SECONDS, wait * 2);
  } finally {
    isAsking = false;
    if (asksAgain) {
      asksAgain = false;
      timer = setTimeout(poll, 250);
    } else if (document.visibilityState === "visible") {
      timer = setTimeout(poll, wait * 1000 * (0.85 + 0.3 * Math.random()));
    }
  }
}

function follow({ photos, more }) {
  const now = new Set(photos.map((each) => each.sha256));
  for (const sha256 of [...stories.keys()]) {
    if (now.has(sha256)) continue;
    stories.delete(sha256);
    if (items.some((each) => each.sha256 === sha256 && !each.isOver)) continue;
    cards.get(sha256)?.root.remove();
    cards.delete(sha256);
  }
  photos.forEach(take);
  // Newest first, below what was picked on this page; nothing that stands right is touched.
  let place = null;
  const here = new Set(items.map((each) => each.sha256));
  for (const story of photos.filter((each) => !here.has(each.sha256)).reverse()) {
    const { root } = cards.get(story.sha256);
    if (!root.isConnected || (place !== null && root.nextElementSibling !== place)) {
      if (!root.contains(document.activeElement)) list.insertBefore(root, place);
    }
    place = root;
  }
  find("older").hidden = !more;
  tally();
}

function gone({ title, message }) {
  for (const item of items.filter((each) => !each.isOver)) item.carrier?.stop();
  find("pick").hidden = true;
  note(`${title}. ${message}`);
  clearTimeout(timer);
  document.removeEventListener("visibilitychange", seen);
}

function seen() {
  if (document.visibilityState !== "visible") return clearTimeout(timer);
  wait = BUSY_SECONDS;
  poll();
}

// Beginning

function listen() {
  const input = document.querySelector("#files");
  input.addEventListener("change", () => {
    pick(input.files);
    input.value = "";
  });
  everyDriver.addEventListener("change", () => {
    document.querySelector("#all-drivers-hint").textContent = everyDriver.selectedOptions[0].dataset.about;
  });
  find("older").addEventListener("click", () => {
    shown += facts.shown;
    poll();
  });
  const hasFiles = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  let depth = 0;
  const mark = (isOver) => document.documentElement.classList.toggle("dropping", isOver);
  addEventListener("dragenter", (event) => hasFiles(event) && mark(++depth > 0));
  addEventListener("dragleave", (event) => hasFiles(event) && mark(--depth > 0));
  addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark((depth = 0) > 0);
    pick(event.dataTransfer.files);
  });
  addEventListener("offline", () => away(true));
  addEventListener("online", () => poll());
  addEventListener("pageshow", (event) => event.persisted && seen());
  document.addEventListener("visibilitychange", seen);
}

async function begin() {
  find("without-script").hidden = true;
  find("pick").hidden = false;
  listen();
  prepare();
  // On secure origins only; elsewhere browsers have no such thing, and nothing is missing.
  navigator.serviceWorker?.register("/share-worker.js", { type: "module" }).catch(() => {});
  // Without a pass: shared from another app (see `share-worker.js`).
  const waiting = (await kept()).filter((each) => each.pass === facts.pass || each.pass === null);
  if (waiting.length > 0) announce(words.resumed);
  if (waiting.length > 0) note(words.resumed);
  await poll();
  waiting.forEach(add);
  tally();
}

begin();
