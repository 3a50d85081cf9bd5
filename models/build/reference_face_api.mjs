// face-api's own networks on raw RGB bytes from stdin; prints the last layer of each as JSON.
// Usage: node reference_face_api.mjs BUNDLE landmarks68|mood WEIGHTS_MANIFEST SIZE < pictures

import fs from "node:fs";
import path from "node:path";

const [bundle, name, manifestPath, size] = process.argv.slice(2);
const side = Number(size);
const pixels = fs.readFileSync(0);
const write = (text) => fs.writeSync(1, text);

// The bundle is made for browsers: under Node it looks for modules that it does not carry.
Object.defineProperty(globalThis, "process", { value: undefined, configurable: true });
globalThis.window = globalThis;
globalThis.document = { createElement: () => ({ getContext: () => null }) };

const faceapi = await import(bundle);
const tf = faceapi.tf;
await tf.setBackend("cpu");
await tf.ready();

const [group] = JSON.parse(fs.readFileSync(manifestPath));
const shard = fs.readFileSync(path.join(path.dirname(manifestPath), group.paths[0]));
const buffer = shard.buffer.slice(shard.byteOffset, shard.byteOffset + shard.length);
const network = name === "mood" ? new faceapi.FaceExpressionNet() : new faceapi.FaceLandmark68Net();
network.loadFromWeightMap(tf.io.decodeWeights(buffer, group.weights));

const bytes = side * side * 3;
const rows = [];
for (let start = 0; start < pixels.length; start += bytes) {
  const picture = tf.tensor3d(new Float32Array(pixels.subarray(start, start + bytes)), [side, side, 3]);
  const raw = network.runNet(new faceapi.NetInput([picture]));
  const result = name === "mood" ? tf.softmax(raw) : raw;
  rows.push(Array.from(await result.data()));
}
write(JSON.stringify(rows));
