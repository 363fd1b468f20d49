// @ts-check
/** The packages that the build needs: those of Python for the Worker, those of npm for the page. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OF_THE_WORKER = ["msgspec", "workers"];
const OF_THE_PAGE = ["@scalar/fastify-api-reference", "esbuild", "ml-matrix", "umap-js"];
const PYTHONS = [["python3"], ["python"], ["uv", "run", "--no-project", "python"]];

/** Ends the build with one sentence. @param {string} sentence @returns {never} */
export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Makes a folder that is removed when the build ends. @param {string} prefix */
export function temporary(prefix) {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a program in the checkout. @param {string[]} command @param {string[]} options @param {NodeJS.ProcessEnv} [env] */
export function run([program, ...first], options, env = process.env) {
  return spawnSync(program, [...first, ...options], { cwd: ROOT, env, encoding: "utf8", shell: process.platform === "win32" });
}

/** Returns whether the packages of the Worker are where wrangler uploads them from. */
export function hasPackages() {
  return OF_THE_WORKER.every((name) => existsSync(join(ROOT, "python_modules", name, "__init__.py")));
}

/** Installs the packages of the Worker into python_modules/, with the first Python that can. */
export function installPackages() {
  console.log("installing the Worker's packages into python_modules/ ...");
  const reasons = [];
  for (const python of PYTHONS) {
    const { status, stderr } = run(python, ["tools/vendor.py"]);
    if (status === 0) return;
    reasons.push(stderr?.trim().split("\n").at(-1));
  }
  const why = reasons.filter(Boolean).join("; ") || "there is no Python";
  fail(`The Worker's packages can't be installed into python_modules/ (${why}). Run \`uv run pywrangler sync\`.`);
}

/** Returns the folder with the packages of the page: node_modules/, or a temporary one with the pinned versions. */
export function pagePackages() {
  const own = join(ROOT, "node_modules");
  if (OF_THE_PAGE.every((name) => existsSync(join(own, name, "package.json")))) return own;
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const folder = temporary("page-packages-");
  const wanted = OF_THE_PAGE.map((name) => `${name}@${dependencies[name]}`);
  const done = run(["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent", "--prefix", folder], wanted);
  if (done.status !== 0) fail(`npm can't install the packages of the page: ${(done.stderr || String(done.error)).trim()}`);
  return join(folder, "node_modules");
}
