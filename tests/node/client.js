// A client in another toolchain. It knows the server's address and nothing else: services and
// messages come by reflection. Prints one JSON object.
"use strict";

const grpc = require("@grpc/grpc-js");
const { GrpcReflection } = require("grpc-js-reflection-client");

const [address, command, argument] = process.argv.slice(2);
const insecure = grpc.ChannelCredentials.createInsecure();
const reflection = new GrpcReflection(address, insecure);
const asWritten = { keepCase: true, enums: String, longs: Number, defaults: true, oneofs: true };

async function service(name) {
  const found = await reflection.getDescriptorBySymbol(`kgpress.v1.${name}`);
  const Service = found.getPackageObject(asWritten).kgpress.v1[name];
  return new Service(address, insecure);
}

function call(client, method, request) {
  const deadline = new Date(Date.now() + 30_000);
  return new Promise((resolve, reject) => {
    client[method](request, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

// The messages of google.rpc come by reflection, too.
async function details(error) {
  const [packed] = error.metadata.get("grpc-status-details-bin");
  const root = (await reflection.getDescriptorBySymbol("google.rpc.Status")).getProtobufJsRoot();
  const status = root.lookupType("google.rpc.Status").decode(packed);
  const told = { code: status.code, message: status.message };
  for (const detail of status.details) {
    const name = detail.typeUrl.split("/").pop();
    const holder = (await reflection.getDescriptorBySymbol(name)).getProtobufJsRoot();
    const type = holder.lookupType(name);
    told[name] = type.toObject(type.decode(detail.value));
  }
  return told;
}

function upload(client, name, content) {
  return new Promise((resolve, reject) => {
    const stream = client.UploadArtifact((error, answer) => (error ? reject(error) : resolve(answer)));
    stream.write({ header: { name, size_bytes: content.length } });
    stream.write({ chunk: content });
    stream.end();
  });
}

function watch(client, id) {
  return new Promise((resolve, reject) => {
    const events = [];
    const stream = client.WatchJob({ id });
    stream.on("data", (event) => events.push(event));
    stream.on("error", reject);
    stream.on("end", () => resolve(events));
  });
}

const commands = {
  async services() {
    return await reflection.listServices();
  },
  async recommend() {
    const client = await service("RecommendationService");
    return await call(client, "Recommend", JSON.parse(argument));
  },
  async compress() {
    const client = await service("CompressionService");
    const { artifact } = await upload(client, "m.onnx", Buffer.from("not a model"));
    const file = { artifact: artifact.hash, name: artifact.name };
    const compress = { subject: { model: file, data: file }, hardware: { name: "x86-cpu" } };
    const request = { idempotency_key: "from-node", spec: { compress } };
    const { job, existing } = await call(client, "SubmitJob", request);
    const again = await call(client, "SubmitJob", request);
    process.stderr.write(`${job.id}\n`);
    const events = await watch(client, job.id);
    return { artifact, job, existing, again: { id: again.job.id, existing: again.existing }, events };
  },
};

commands[command]()
  .then((answer) => process.stdout.write(JSON.stringify(answer)))
  .catch(async (error) => {
    if (error.code === undefined) throw error;
    process.stdout.write(JSON.stringify({ error: { code: error.code, ...(await details(error)) } }));
  });
