// face-api's own networks, and frozen graphs, on raw RGB bytes from stdin; prints the last layer of
// each as JSON.
// Usage: node reference_face_api.mjs BUNDLE NETWORK WEIGHTS_MANIFEST SIZE < pictures

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

const stored = JSON.parse(fs.readFileSync(manifestPath));
const [group] = stored.weightsManifest ?? stored;
const shard = fs.readFileSync(path.join(path.dirname(manifestPath), group.paths[0]));
const buffer = shard.buffer.slice(shard.byteOffset, shard.byteOffset + shard.length);

const NETWORKS = {
  landmarks68: [faceapi.FaceLandmark68Net, (net, picture) => net.runNet(picture)],
  mood: [faceapi.FaceExpressionNet, (net, picture) => tf.softmax(net.runNet(picture))],
  identity: [faceapi.FaceRecognitionNet, (net, picture) => net.forwardInput(picture)],
};

async function faceApi() {
  const [Network, run] = NETWORKS[name];
  const network = new Network();
  network.loadFromWeightMap(tf.io.decodeWeights(buffer, group.weights));
  return (picture) => run(network, new faceapi.NetInput([picture]));
}

async function frozenGraph() {
  const { modelTopology, format, generatedBy } = stored;
  const artifacts = { modelTopology, format, generatedBy, weightSpecs: group.weights, weightData: buffer };
  const model = await tf.loadGraphModel({ load: async () => artifacts });
  return (picture) => model.execute(tf.expandDims(picture));
}

const network = await (stored.modelTopology ? frozenGraph() : faceApi());
const bytes = side * side * 3;
const rows = [];
for (let start = 0; start < pixels.length; start += bytes) {
  const picture = tf.tensor3d(new Float32Array(pixels.subarray(start, start + bytes)), [side, side, 3]);
  rows.push(Array.from(await network(picture).data()));
}
write(JSON.stringify(rows));
