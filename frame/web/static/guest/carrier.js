// Carries one photo to the frame in pieces, over every cut, until it is there or the frame says no.

import { base64, digestOf } from "./hashing.js";
import { Answered, Patience, Unreachable, request } from "./line.js";

export const PIECE = 2 << 20; // two seconds of a weak Wi-Fi; what was cut is asked for, so nothing is sent twice
const MOST_DAMAGED = 5;

const encoded = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

export class Declined extends Error {}

export class Carrier {
  // `tell(what, share)` hears "sending", "offline", "slow" or "sent", and the share of the photo that is there.
  constructor(item, tell) {
    this.item = item;
    this.tell = tell;
    this.patience = new Patience();
    this.stopped = new AbortController();
    this.damaged = 0;
  }

  stop() {
    this.stopped.abort();
  }

  // Resolves once all of it is there; false if it was stopped. Raises `Declined`.
  async carry() {
    let place = null;
    let offset = 0;
    while (!this.stopped.signal.aborted) {
      try {
        if (place === null) {
          const begun = await this.begin();
          place = begun.place;
          this.item.id = begun.id;
          offset = begun.offset;
          if (begun.stage !== "receiving") return this.done();
        }
        if (offset === null) offset = await this.whereItIs(place);
        const isLast = offset + PIECE >= this.item.file.size;
        offset = await this.piece(place, offset);
        this.patience.over();
        if (isLast && offset === this.item.file.size) return this.done();
      } catch (error) {
        [place, offset] = await this.recover(error, place);
      }
    }
    return false;
  }

  done() {
    this.tell("sent", 1);
    return true;
  }

  async begin() {
    const { file, sha256, name, driver } = this.item;
    const facts = { name, sha256, driver };
    const metadata = Object.entries(facts).map(([key, value]) => `${key} ${encoded(value)}`);
    const { header, json } = await this.ask("POST", "/uploads", {
      "Upload-Length": String(file.size),
      "Upload-Metadata": metadata.join(","),
    });
    return { place: header("Location"), id: json.id, stage: json.stage, offset: Number(header("Upload-Offset")) };
  }

  async whereItIs(place) {
    const { header } = await this.ask("HEAD", place, {});
    return Number(header("Upload-Offset"));
  }

  // Sends from `offset`; an empty piece where all is there and only the word for it was lost.
  async piece(place, offset) {
    const { file } = this.item;
    const blob = file.slice(offset, offset + PIECE);
    let digest;
    try {
      digest = await digestOf(blob);
    } catch {
      throw new Declined("unreadable");
    }
    this.tell("sending", offset / file.size);
    const headers = {
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(offset),
      "Upload-Checksum": `sha256 ${base64(digest)}`,
    };
    const heard = (bytes) => this.tell("sending", Math.min(1, (offset + bytes) / file.size));
    const { header } = await this.ask("PATCH", place, headers, blob, heard);
    return Number(header("Upload-Offset"));
  }

  ask(method, path, headers, body = null, onBytes = null) {
    const signal = this.stopped.signal;
    return request(method, path, { headers: { "Tus-Resumable": "1.0.0", ...headers }, body, onBytes, signal });
  }

  // Where to go on after `error`: [place, offset], each null where it has to be asked for.
  async recover(error, place) {
    if (this.stopped.signal.aborted) return [place, null];
    if (error instanceof Unreachable) {
      this.tell("offline", null);
      await this.patience.wait();
      return [place, null];
    }
    if (!(error instanceof Answered)) throw error;
    const { status } = error;
    if (status === 409 && error.offset !== null) return [place, error.offset];
    if (status === 404 && place !== null) return [null, 0];
    if (status === 460 && ++this.damaged < MOST_DAMAGED) return [place, null];
    if (status === 429 || status === 507 || status >= 500 || status === 408) {
      this.tell("slow", null, error.message);
      await this.patience.wait(error.retryAfter || 5);
      return [place, null];
    }
    if (status === 400 && error.code === "cut") {
      await this.patience.wait();
      return [place, null];
    }
    throw new Declined(error.message || "failed");
  }
}
