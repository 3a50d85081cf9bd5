/* The owner's pages work without this. It adds what changes by itself, keys, and choosing many at once. */
"use strict";

const $ = (selector, inside = document) => inside.querySelector(selector);
const $$ = (selector, inside = document) => [...inside.querySelectorAll(selector)];
document.documentElement.classList.add("js");

const csrf = () => $("input[name=csrf]")?.value || "";

async function asked(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/* What hangs, and what is in work: by events while the page is seen. */
function follow(hero) {
  let source = null;
  let last = "";
  async function words() {
    const now = await asked(hero.dataset.now);
    if (!now) return;
    $("#wall-words").textContent = now.wall_words;
    if (now.queue_words) $("#queue-words").textContent = now.queue_words;
  }
  function show(facts) {
    const picture = $("#now");
    if (facts.wall.stamp && !facts.wall.dark) {
      const url = `/frame/now.jpg?${facts.wall.stamp}`;
      if (!picture.src.endsWith(url)) {
        picture.classList.remove("emblem");
        picture.src = url;
      }
    }
    picture.closest(".canvas").classList.toggle("dark", facts.wall.dark);
    const work = $("#in-work");
    work.hidden = facts.queue.photo === null;
    $("progress", work).value = Math.round(facts.queue.share * 100);
    const light = $("button[value=light], button[value=sleep]");
    const key = JSON.stringify([facts.wall, facts.queue.waiting, facts.queue.state, facts.queue.photo]);
    if (key !== last) {
      const turned = last && facts.wall.dark === (light.value === "sleep");
      last = key;
      if (turned) location.reload();
      else words();
    }
  }
  function listen() {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      source = new EventSource(hero.dataset.live);
      source.addEventListener("now", (event) => show(JSON.parse(event.data)));
    }
  }
  document.addEventListener("visibilitychange", listen);
  listen();
}

/* The remote: asking the wall for something leaves the page as it is. */
function remote(form) {
  form.addEventListener("submit", async (event) => {
    const wish = event.submitter?.value;
    if (!wish || wish === "light" || wish === "sleep") return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set("wish", wish);
    try {
      await fetch(form.action, { method: "POST", body, redirect: "manual" });
    } catch {
      form.submit();
    }
  });
}

/* States of the photos on this page, for as long as something is in work. */
function states(page) {
  const places = new Map();
  for (const each of $$("[data-id]", page)) places.set(each.dataset.id, each);
  if (page.dataset.id) places.set(page.dataset.id, page);
  const moving = ["rendering", "queued", "looking"];
  let pause = 4000;
  async function look() {
    const ids = [...places].filter(([, place]) => {
      const state = $("[data-state]", place)?.dataset.state;
      return moving.includes(state);
    });
    if (!ids.length) return;
    if (!document.hidden) {
      const found = await asked(`${page.dataset.states}?ids=${ids.map(([id]) => id).join(",")}`);
      pause = found ? 4000 : Math.min(pause * 2, 60000);
      for (const [id, place] of ids) {
        const now = found?.[id];
        if (!now) continue;
        const state = $("[data-state]", place);
        if (state.dataset.state !== now.state && page.dataset.id) return location.reload();
        state.textContent = now.words;
        state.dataset.state = now.state;
        state.hidden = !["waiting", "hidden", "deleted", "missing", "rendering", "clip_waiting", "set_aside", "looking"].includes(now.state) && !page.dataset.id;
        const bar = $("progress", page.dataset.id ? page : place);
        if (bar && now.share !== null && page.dataset.id) bar.value = Math.round(now.share * 100);
      }
    }
    setTimeout(look, pause);
  }
  setTimeout(look, 2000);
}

/* Choosing many: a count, all of them, and everything in between with Shift. */
function choosing(form) {
  const boxes = $$("input[name=id]", form);
  const bar = $(".selection-bar", form);
  const words = $(".chosen", bar);
  const all = $("[data-all]", bar);
  let last = null;
  function count() {
    const chosen = boxes.filter((box) => box.checked).length;
    words.textContent = chosen === 0 ? words.dataset.none : chosen === 1 ? words.dataset.one : words.dataset.many.replace("{count}", chosen);
    bar.classList.toggle(form.classList.contains("approval") ? "resting" : "empty", chosen === 0);
  }
  boxes.forEach((box, index) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        for (let at = Math.min(last, index); at <= Math.max(last, index); at += 1) boxes[at].checked = box.checked;
      }
      last = index;
      count();
    });
  });
  all.hidden = false;
  all.addEventListener("click", () => {
    const checks = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = checks;
    count();
  });
  count();
}

/* Answering with keys. */
function answering(form) {
  const cards = $$(".cards > li", form);
  $(".keys-hint")?.removeAttribute("hidden");
  form.addEventListener("keydown", (event) => {
    const card = event.target.closest(".cards > li");
    if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = cards.indexOf(card);
    const goes = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const key = event.key.toLowerCase();
    if (goes) cards[at + goes]?.focus();
    else if (key === "y" || key === "j") $("button[name=yes]", card).click();
    else if (key === "n") $("button[name=no]", card).click();
    else if (key === " ") $("input[name=id]", card).click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (document.activeElement === document.body && /^(Arrow|[yYjJnN]$)/.test(event.key)) cards[0]?.focus();
  });
}

/* The photo before and after, by arrow keys. */
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, video, button") || event.ctrlKey || event.metaKey || event.altKey) return;
  const link = event.key === "ArrowLeft" ? $("a[rel=prev]") : event.key === "ArrowRight" ? $("a[rel=next]") : null;
  if (link) link.click();
});

function countdown(place) {
  const end = Date.now() + Number(place.dataset.countdown) * 1000;
  function tick() {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    place.textContent = place.dataset.words.replace("{time}", time);
    if (left === 0) location.replace(location.pathname);
    else setTimeout(tick, 1000);
  }
  tick();
}

async function copied(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    /* Plain HTTP has no clipboard of that kind; the old way works everywhere. */
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = button.dataset.done;
}

/* Hours: the blank lines of the page that works without scripts become a button. */
function hours(list) {
  const blanks = $$("[data-blank]", list);
  const button = $(".add-row", list);
  if (blanks.length === 0) return;
  for (const blank of blanks) blank.hidden = true;
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = blanks.shift();
    next.hidden = false;
    $("input", next).focus();
    button.hidden = blanks.length === 0;
  });
}

/* An archive, sent in pieces; after a break it goes on where it was. */
function sending(place) {
  const input = $("input[type=file]", place);
  const words = $(".hint", place);
  const bar = $("progress", place);
  place.hidden = false;
  const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  async function begun(file) {
    const body = new URLSearchParams({ name: file.name, size: file.size, stamp: file.lastModified });
    const answer = await fetch(place.dataset.send, { method: "POST", body, headers: { "X-CSRF-Token": csrf(), Accept: "application/json" } });
    if (answer.status === 507) throw new RangeError(place.dataset.full);
    return answer.json();
  }
  async function send(file) {
    let wait = 1;
    let sent = null;
    while (!sent || sent.offset < sent.size) {
      try {
        sent ??= await begun(file);
        const piece = file.slice(sent.offset, sent.offset + Number(place.dataset.piece));
        if (piece.size) {
          const answer = await fetch(`${place.dataset.send}/${sent.id}`, {
            method: "PUT",
            body: piece,
            headers: { "X-CSRF-Token": csrf(), "Upload-Offset": sent.offset, "Content-Type": "application/offset+octet-stream", Accept: "application/json" },
          });
          if (!answer.ok && answer.status !== 409) throw new Error(answer.status);
          sent = await answer.json();
        }
        wait = 1;
        bar.value = (100 * sent.offset) / sent.size;
        words.textContent = place.dataset.sending.replace("{percent}", `${Math.floor(bar.value)} %`);
      } catch (error) {
        if (error instanceof RangeError) {
          words.textContent = error.message;
          return;
        }
        sent = null;
        words.textContent = place.dataset.broken;
        await pause(wait);
        wait = Math.min(wait * 2, 30);
      }
    }
    location.reload();
  }
  input.addEventListener("change", () => {
    if (!input.files[0]) return;
    bar.hidden = false;
    input.disabled = true;
    send(input.files[0]);
  });
}

function restoring(place) {
  const bar = $("progress", place.parentElement);
  async function look() {
    const now = await asked(place.dataset.restore);
    if (now && now.stage !== "running") return location.reload();
    if (now?.of) bar.value = (100 * now.done) / now.of;
    setTimeout(look, 2000);
  }
  setTimeout(look, 1000);
}

for (const each of $$(".shelves [aria-current]")) each.scrollIntoView({ block: "nearest", inline: "center" });
for (const each of $$("[data-live]")) follow(each);
for (const each of $$("form.remote")) remote(each);
for (const each of $$("[data-states]")) states(each);
for (const each of $$("form.selection")) choosing(each);
for (const each of $$("form.approval")) answering(each);
for (const each of $$("[data-countdown]")) countdown(each);
for (const each of $$(".hours")) hours(each);
for (const each of $$("[data-send]")) sending(each);
for (const each of $$("[data-restore]")) restoring(each);
for (const each of $$("[data-copy]")) {
  each.hidden = false;
  each.addEventListener("click", () => copied(each));
}
for (const each of $$("[data-print]")) {
  each.hidden = false;
  each.addEventListener("click", () => print());
}
