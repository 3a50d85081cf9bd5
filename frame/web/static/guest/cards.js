// One card for each photo. Cards are changed in place: a clip that plays goes on playing, an open menu stays open.

import { request } from "./line.js";

const facts = JSON.parse(document.querySelector("[data-facts]").textContent);
export const words = facts.words;
export const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

const language = document.documentElement.lang;
const percents = new Intl.NumberFormat(language, { style: "percent" });
export const percent = (share) => percents.format(Math.floor(share * 100) / 100);

const driverChoices = () => [...document.querySelectorAll("#all-drivers option")];
const SMALL = 480; // the preview's longest side, in pixels: sharp on a card, a thousandth of the photo's memory

let numbers = 0;
let previews = Promise.resolve();

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(text, className = "button small") {
  const made = element("button", className, text);
  made.type = "button";
  return made;
}

function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

export class Card {
  // `deeds` are what its buttons ask for: cancel(), changed(story), note(text).
  constructor(deeds) {
    this.deeds = deeds;
    this.number = ++numbers;
    this.story = null;
    this.clipShown = null;
    this.build();
  }

  build() {
    this.root = element("li", "photo card");
    this.picture = element("div", "picture");
    this.about = element("div", "about");
    this.title = element("h3", "name");
    this.title.id = `photo-${this.number}`;
    this.root.setAttribute("aria-labelledby", this.title.id);
    this.headline = element("p", "headline");
    this.bar = element("progress");
    this.bar.max = 1;
    this.bar.hidden = true;
    this.bar.setAttribute("aria-labelledby", this.title.id);
    this.details = element("p", "details soft small");
    this.actions = element("div", "row actions");
    this.more = this.buildMore();
    this.about.append(this.title, this.headline, this.bar, this.details, this.actions, this.more);
    this.root.append(this.picture, this.about);
  }

  buildMore() {
    const more = element("details", "more");
    const summary = element("summary", "", words.more);
    const inside = element("div", "stack inside");
    this.steps = element("div", "row");
    this.subtler = button(words.subtler);
    this.livelier = button(words.livelier);
    this.subtler.onclick = () => this.act("wish", { change: "subtler" }, words.asked);
    this.livelier.onclick = () => this.act("wish", { change: "livelier" }, words.asked);
    this.steps.append(this.subtler, this.livelier);
    this.field = element("div", "field");
    const label = element("label", "", words.move);
    this.select = element("select");
    this.select.id = label.htmlFor = `driver-${this.number}`;
    for (const choice of driverChoices()) this.select.append(new Option(choice.text, choice.value));
    this.select.onchange = () => this.choose(this.select.value);
    this.field.append(label, this.select);
    this.remove = button(words.delete, "button small danger");
    this.remove.onclick = () => this.act("delete", {});
    inside.append(this.steps, this.field, this.remove);
    more.append(summary, inside);
    return more;
  }

  // What the page itself knows: {name, headline, progress, isTrouble, driver, cancel}.
  showLocal(local) {
    this.local = local;
    this.root.dataset.state = local.isTrouble ? "trouble" : "local";
    setText(this.title, local.name);
    setText(this.headline, local.headline);
    this.showProgress(local.progress);
    setText(this.details, local.details || "");
    this.setActions(local.cancel ? [[words.cancel, "button small plain", local.cancel]] : []);
    this.more.hidden = !local.canChoose;
    this.steps.hidden = this.remove.hidden = true;
    if (document.activeElement !== this.select) this.select.value = local.driver;
  }

  // What the frame knows (see `frame.web.guest.telling.told`).
  show(story) {
    this.local = null;
    this.story = story;
    const { state, may } = story;
    this.root.dataset.state = state;
    this.root.classList.toggle("awake", Boolean(story.clip));
    setText(this.title, story.name || words.photo);
    setText(this.headline, story.words);
    const goesOn = story.progress !== null && (state === "animating" || state === "sending" || story.changing);
    this.showProgress(goesOn ? story.progress : null);
    setText(this.details, story.details.join(" "));
    this.showPicture(story);
    const actions = [];
    if (story.clip) actions.push(...this.clipActions(story));
    if (may.includes("undo")) actions.push([words.undo, "button small", () => this.act("undo", {})]);
    if (state === "refused") actions.push([words.dismiss, "button small plain", () => this.act("delete", {})]);
    this.setActions(actions);
    const canChange = may.includes("driver") && !["refused", "off", "deleted"].includes(state);
    this.field.hidden = !canChange || state === "still";
    this.subtler.hidden = !may.includes("subtler");
    this.livelier.hidden = !may.includes("livelier");
    this.steps.hidden = this.subtler.hidden && this.livelier.hidden;
    this.remove.hidden = !may.includes("delete") || state === "refused";
    this.more.hidden = this.field.hidden && this.remove.hidden && this.steps.hidden;
    if (document.activeElement !== this.select) this.select.value = story.driver;
  }

  showProgress(share) {
    this.bar.hidden = share === null || share === undefined;
    if (!this.bar.hidden) this.bar.value = share;
  }

  setActions(actions) {
    const key = actions.map(([text]) => text).join("|");
    if (this.actionsShown !== key) {
      this.actionsShown = key;
      this.actions.replaceChildren(
        ...actions.map(([text, className, deed]) => {
          const made = deed.href ? Object.assign(element("a", className, text), deed) : button(text, className);
          if (!deed.href) made.onclick = () => this.deedOf(text)();
          return made;
        }),
      );
      this.actions.hidden = actions.length === 0;
    }
    this.deeds_ = new Map(actions.map(([text, , deed]) => [text, deed]));
    for (const link of this.actions.querySelectorAll("a")) link.href = this.deeds_.get(link.textContent).href;
  }

  deedOf(text) {
    return this.deeds_.get(text);
  }

  clipActions(story) {
    const actions = [[words.save, "button small", { href: story.clip.download, download: "" }]];
    // On secure origins only, which a frame at home is not: most will never see this button.
    if (self.isSecureContext && navigator.canShare) actions.push([words.share, "button small", () => this.share()]);
    return actions;
  }

  async share() {
    try {
      const answer = await fetch(this.story.clip.play);
      const file = new File([await answer.blob()], `${this.story.name}.mp4`, { type: "video/mp4" });
      if (navigator.canShare({ files: [file] })) await navigator.share({ files: [file] });
    } catch (error) {
      if (error.name !== "AbortError") this.deeds.note(words.failed);
    }
  }

  showPicture(story) {
    if (story.clip) {
      if (this.clipShown !== story.clip.play) this.showClip(story);
      return;
    }
    this.clipShown = null;
    if (story.thumbnail && this.pictureShown !== story.thumbnail) {
      this.pictureShown = story.thumbnail;
      const image = element("img");
      image.alt = "";
      image.loading = "lazy";
      image.decoding = "async";
      image.src = story.thumbnail;
      this.put(image);
    } else if (!story.thumbnail && !this.hasPreview) {
      this.pictureShown = null;
      this.picture.replaceChildren();
    }
  }

  showClip(story) {
    this.clipShown = story.clip.play;
    this.pictureShown = null;
    const video = element("video");
    Object.assign(video, { muted: true, playsInline: true, preload: "none", src: story.clip.play });
    video.setAttribute("muted", "");
    video.setAttribute("playsinline", "");
    video.setAttribute("aria-label", say(words.clip, { name: story.name }));
    if (story.thumbnail) video.poster = story.thumbnail;
    const watch = button(words.watch, "button primary watch");
    const controls = element("div", "controls");
    const toggle = button(words.pause, "button small");
    const repeat = button(words.repeat, "button small");
    repeat.setAttribute("aria-pressed", "false");
    controls.append(toggle, repeat);
    controls.hidden = true;
    watch.onclick = () => video.play().catch(() => this.deeds.note(words.failed));
    toggle.onclick = () => video.pause();
    video.onclick = () => (video.paused ? watch.onclick() : video.pause());
    repeat.onclick = () => {
      video.loop = !video.loop;
      repeat.setAttribute("aria-pressed", String(video.loop));
    };
    video.onplay = () => {
      const hadFocus = document.activeElement === watch;
      watch.hidden = true;
      controls.hidden = false;
      if (hadFocus) toggle.focus();
    };
    video.onpause = video.onended = () => {
      const hadFocus = controls.contains(document.activeElement);
      watch.hidden = false;
      controls.hidden = true;
      if (hadFocus) watch.focus();
    };
    this.put(video, watch, controls);
  }

  put(...children) {
    this.hasPreview = false;
    this.picture.replaceChildren(...children);
  }

  // From the file itself, small, one after the other: twenty photos at full size are a gigabyte on a phone.
  preview(file) {
    previews = previews.then(async () => {
      if (this.story?.thumbnail || this.clipShown) return;
      try {
        const bitmap = await createImageBitmap(file);
        const scale = Math.min(1, SMALL / Math.max(bitmap.width, bitmap.height));
        const canvas = element("canvas");
        canvas.width = Math.max(1, Math.round(bitmap.width * scale));
        canvas.height = Math.max(1, Math.round(bitmap.height * scale));
        canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        bitmap.close?.();
        if (this.story?.thumbnail || this.clipShown) return;
        this.put(canvas);
        this.hasPreview = true;
      } catch {
        // HEIC in most browsers: the frame's own thumbnail comes as soon as it is stored.
      }
    });
  }

  choose(driver) {
    if (this.local) this.local.choose(driver);
    else this.act("wish", { driver }, words.asked);
  }

  async act(deed, fields, done = "") {
    const body = new URLSearchParams(fields).toString();
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    try {
      const { json } = await request("POST", `/photos/${this.story.id}/${deed}`, { headers, body });
      if (done) this.deeds.note(done);
      this.deeds.changed(json);
    } catch (error) {
      this.deeds.note(error.status === 409 ? words.no_further : error.message || words.failed);
    }
  }
}
