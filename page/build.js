// @ts-check
/**
 * Builds the page: `npm run build`. esbuild bundles it from page/ into public/assets/, with the hash of the content in
 * the names of its files, and public/index.html gets these names. The API reference public/docs.html is made by
 * tools/reference from public/openapi.json.
 *
 * `npm run upload` is what wrangler runs before it starts or uploads the Worker. It also installs the Worker's packages
 * where they are missing: wrangler would upload the Worker without them, and it could not start.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
// Parts of the page, by the names that index.html has for them.
const PARTS = ["style.css", "js/app.js", "js/worker/analyst.js", "js/worker/mapper.js", "example.json"];
const NAMES = ["--entry-names=[name]-[hash]", "--asset-names=[name]-[hash]"];
const OPTIONS = ["--bundle", "--minify", "--format=esm", "--target=es2023", "--loader:.json=copy", ...NAMES];
const PACKAGES = ["msgspec", "workers"];
const PYTHONS = [["python3"], ["python"], ["uv", "run", "--no-project", "python"]];

/** Ends the build with one sentence. @param {string} sentence @returns {never} */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** Returns whether the packages of the Worker are where wrangler uploads them from. */
function hasPackages() {
  return PACKAGES.every((name) => existsSync(join(ROOT, "python_modules", name, "__init__.py")));
}

/** Runs a program in the checkout. @param {string[]} command @param {string[]} options */
function run([program, ...first], options) {
  return spawnSync(program, [...first, ...options], { cwd: ROOT, encoding: "utf8", shell: process.platform === "win32" });
}

/** Runs Python with these options, one after the other until one can; returns why none could. @param {string[]} options */
function tryPythons(options) {
  const reasons = [];
  for (const python of PYTHONS) {
    const { status, stderr } = run(python, options);
    if (status === 0) return null;
    reasons.push(stderr?.trim().split("\n").at(-1));
  }
  return reasons.filter(Boolean).join("; ") || "there is no Python";
}

/** Installs the packages of the Worker into python_modules/. */
function installPackages() {
  console.log("installing the Worker's packages into python_modules/ ...");
  const reasons = tryPythons(["tools/vendor.py"]);
  if (reasons === null) return;
  fail(`The Worker's packages can't be installed into python_modules/ (${reasons}). Run \`uv run pywrangler sync\`.`);
}

/** Returns when a file was written, 0 if there is none. @param {string} name */
function written(name) {
  return statSync(join(ROOT, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Writes the API reference, if one of its sources is newer. */
function buildReference() {
  const parts = readdirSync(join(ROOT, "tools", "reference")).filter((name) => /\.(py|jinja)$/.test(name));
  const sources = ["public/openapi.json", ...parts.map((name) => `tools/reference/${name}`)];
  if (written("public/docs.html") > Math.max(...sources.map(written))) return;
  const reasons = tryPythons(["-m", "tools.reference"]);
  if (reasons === null) return;
  fail(`public/docs.html can't be built (${reasons}). Run \`python3 -m pip install jinja2 markdown-it-py\`.`);
}

/** Returns the command of esbuild: the installed one, or the pinned version through npx. */
function esbuild() {
  if (existsSync(join(ROOT, "node_modules", "esbuild", "package.json"))) return ["node_modules/.bin/esbuild"];
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return ["npx", "--yes", `esbuild@${dependencies.esbuild}`];
}

/** Runs esbuild, and returns the name of the file that it wrote for each part. */
function bundle() {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  const report = join(folder, "report.json");
  const options = [...OPTIONS, "--outdir=public/assets", `--metafile=${report}`, "--log-level=warning"];
  const files = PARTS.map((name) => `page/${name}`);
  const done = run(esbuild(), [...files, ...options]);
  if (done.status !== 0) fail(`esbuild can't bundle the page: ${(done.stderr || String(done.error)).trim()}`);
  const { outputs } = JSON.parse(readFileSync(report, "utf8"));
  rmSync(folder, { recursive: true });
  return Object.fromEntries(
    Object.entries(outputs).map(([path, made]) => [made.entryPoint.replace("page/", ""), basename(path)]),
  );
}

if (process.argv.includes("--upload") && !hasPackages()) installPackages();
buildReference();
rmSync(join(ROOT, "public", "assets"), { recursive: true, force: true });
const built = bundle();
let html = readFileSync(join(ROOT, "page", "index.html"), "utf8");
html = html.replace(/\n\s+/g, "\n"); // without indentation
for (const name of PARTS) html = html.replaceAll(`"${name}"`, `"/assets/${built[name]}"`);
writeFileSync(join(ROOT, "public", "index.html"), html);
