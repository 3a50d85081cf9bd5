// The line to the frame: requests that know who we are, and patience for when it is cut.

const token = () => document.querySelector('meta[name="csrf-token"]').content;

export class Unreachable extends Error {}

export class Answered extends Error {
  constructor(status, said, retryAfter, offset) {
    super(said.message || "");
    this.status = status;
    this.code = said.error || "";
    this.retryAfter = retryAfter;
    this.offset = offset;
  }
}

const STALL_SECONDS = 20; // Wi-Fi that is gone tells nobody: after so long without a byte we hang up ourselves

// One request. `onBytes` hears how many bytes of the body are out. Resolves to {status, header, json}.
export function request(method, path, { headers = {}, body = null, onBytes = null, signal = null } = {}) {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    asked.open(method, path);
    asked.setRequestHeader("Accept", "application/json");
    if (method !== "GET" && method !== "HEAD") asked.setRequestHeader("X-CSRF-Token", token());
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    let timer = 0;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => asked.abort(), STALL_SECONDS * 1000);
    };
    const end = (how) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      how();
    };
    const stop = () => asked.abort();
    signal?.addEventListener("abort", stop);
    asked.upload.onprogress = (event) => {
      alive();
      onBytes?.(event.loaded);
    };
    asked.onprogress = alive;
    asked.onerror = asked.onabort = () => end(() => reject(new Unreachable()));
    asked.onload = () =>
      end(() => {
        const header = (name) => asked.getResponseHeader(name);
        let json = null;
        if ((header("Content-Type") || "").includes("json")) {
          try {
            json = JSON.parse(asked.responseText);
          } catch {
            return reject(new Unreachable());
          }
        }
        const { status } = asked;
        if (status >= 200 && status < 300) return resolve({ status, header, json });
        const offset = header("Upload-Offset");
        const wait = Number(header("Retry-After")) || 0;
        reject(new Answered(status, json || {}, wait, offset === null ? null : Number(offset)));
      });
    alive();
    asked.send(body);
  });
}

// Doubling pauses with chance in them, so that fifty phones do not come back in one moment.
export class Patience {
  constructor(first = 1, longest = 30) {
    this.first = first;
    this.longest = longest;
    this.over();
  }

  over() {
    this.next = this.first;
  }

  // Waits; ends at once when the network is back or somebody looks at the page again.
  wait(atLeast = 0) {
    const seconds = Math.max(atLeast, this.next * (0.75 + 0.5 * Math.random()));
    this.next = Math.min(this.longest, this.next * 2);
    return pause(seconds, atLeast === 0);
  }
}

export function pause(seconds, endsEarly = true) {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      document.removeEventListener("visibilitychange", shown);
      resolve();
    };
    const shown = () => document.visibilityState === "visible" && end();
    const timer = setTimeout(end, seconds * 1000);
    if (endsEarly) {
      addEventListener("online", end);
      document.addEventListener("visibilitychange", shown);
    }
  });
}
