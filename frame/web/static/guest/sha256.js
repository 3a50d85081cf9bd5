// SHA-256 (FIPS 180-4), piece by piece. Browsers have their own, but hand it out on secure origins only, which
// a frame at home is not. A plain script, so that a worker and a page can both load it.
"use strict";

self.Sha256 = (() => {
  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  // The first 32 bits of the fractions of cube and square roots of the first primes (sections 4.2.2, 5.3.3).
  for (let candidate = 2, count = 0; count < 64; candidate++) {
    let isPrime = true;
    for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) isPrime = false;
    if (!isPrime) continue;
    const fraction = (root) => ((root - Math.floor(root)) * 0x100000000) | 0;
    if (count < 8) START[count] = fraction(Math.sqrt(candidate));
    K[count++] = fraction(Math.cbrt(candidate));
  }
  const BLOCK = 64;
  const w = new Int32Array(64);

  function compress(state, bytes, at) {
    for (let i = 0; i < 16; i++, at += 4) {
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
    }
    let a = state[0] | 0, b = state[1] | 0, c = state[2] | 0, d = state[3] | 0;
    let e = state[4] | 0, f = state[5] | 0, g = state[6] | 0, h = state[7] | 0;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  return class Sha256 {
    constructor() {
      this.state = START.slice();
      this.rest = new Uint8Array(BLOCK);
      this.held = 0;
      this.length = 0;
    }

    update(bytes) {
      this.length += bytes.length;
      let at = 0;
      if (this.held > 0) {
        const take = Math.min(BLOCK - this.held, bytes.length);
        this.rest.set(bytes.subarray(0, take), this.held);
        this.held += take;
        at = take;
        if (this.held < BLOCK) return this;
        compress(this.state, this.rest, 0);
        this.held = 0;
      }
      for (; at + BLOCK <= bytes.length; at += BLOCK) compress(this.state, bytes, at);
      this.rest.set(bytes.subarray(at), 0);
      this.held = bytes.length - at;
      return this;
    }

    // The digest's 32 bytes. Nothing may be added afterwards.
    digest() {
      const bits = this.length * 8; // exact up to 2^53 bits: a petabyte
      const tail = new Uint8Array(this.held < 56 ? BLOCK : 2 * BLOCK);
      tail.set(this.rest.subarray(0, this.held));
      tail[this.held] = 0x80;
      const view = new DataView(tail.buffer);
      view.setUint32(tail.length - 8, Math.floor(bits / 0x100000000));
      view.setUint32(tail.length - 4, bits >>> 0);
      for (let at = 0; at < tail.length; at += BLOCK) compress(this.state, tail, at);
      const out = new Uint8Array(32);
      const result = new DataView(out.buffer);
      this.state.forEach((word, i) => result.setUint32(4 * i, word));
      return out;
    }

    hex() {
      return Array.from(this.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  };
})();
