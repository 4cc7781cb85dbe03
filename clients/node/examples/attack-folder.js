// Attacks every image of a folder (a sub-folder a class) with PGD and says what is left of the retrieval.
// node examples/attack-folder.js FOLDER MODEL FEATURES PERTURBATION SCORING, the last three as host:port
import { FeatureClient, PerturbationClient, readFolder, ScoringClient } from "../dist/index.js";

const [folder, model, ...targets] = process.argv.slice(2);
const [features, perturbation, scoring] = [new FeatureClient(targets[0]), new PerturbationClient(targets[1]), new ScoringClient(targets[2])];

/** The results, up to the first image that failed. */
async function* sound(results) {
  for await (const result of results) {
    if (result.error) throw new Error(`${result.id}: ${result.error.message}`);
    yield result;
  }
}

async function rows(source) {
  const found = [];
  for await (const { id, feature } of sound(features.extract(source, { model }))) found.push({ id, feature, identity: id.split("/")[0] });
  return found;
}

// The clean images stream through one service, and their twins on to the other.
const clean = await rows(readFolder(folder));
const adversarial = await rows(sound(perturbation.perturb(folder, { model, method: "pgd", epsilon: "8/255", seed: 1 })));
const score = await scoring.leaveOneOut(clean, { pgd: adversarial });

const values = ({ meanAveragePrecision, rank1 }) => `mAP ${meanAveragePrecision.value.toFixed(4)}  rank-1 ${rank1.value.toFixed(4)}`;
console.log(`queries  ${score.clean.validQueries}`);
console.log(`clean    ${values(score.clean)}`);
for (const { attack, metrics, mapLost } of score.attacks) console.log(`${attack.padEnd(8)} ${values(metrics)}  lost ${mapLost.value.toFixed(4)}`);
for (const client of [features, perturbation, scoring]) client.close();
