// @ts-check
/**
 * Builds the page and the API reference: `npm run build`. esbuild bundles them from page/ into public/assets/, with the
 * hash of the content in the names of its files; public/index.html and public/docs.html get these names.
 * public/llms.txt is written from public/openapi.json.
 *
 * `npm run upload` is what wrangler runs before it starts or uploads the Worker. It also installs the Worker's packages
 * where they are missing: wrangler would upload the Worker without them, and it could not start.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

import { llms } from "./build/llms.js";
import { fail, hasPackages, installPackages, pagePackages, ROOT, run, temporary } from "./build/packages.js";
import { addFiles, removeOthers, replaceFile } from "./build/publish.js";
import { viewer } from "./build/viewer.js";

const PAGES = ["index.html", "docs.html"];
// Parts of the pages, by the names that their HTML has for them.
const PARTS = ["style.css", "js/app.js", "js/worker/analyst.js", "js/worker/mapper.js", "example.json", "docs.css", "js/docs/docs.js"];
const NAMES = ["--entry-names=[name]-[hash]", "--asset-names=[name]-[hash]"];
const OPTIONS = ["--bundle", "--minify", "--format=esm", "--target=es2023", "--loader:.json=copy", ...NAMES];
const PUBLIC = join(ROOT, "public");

/** Runs esbuild, and returns the name of the file that it wrote for each part. @param {string} packages folder */
function bundle(packages) {
  const report = join(folder, "report.json");
  const options = [...OPTIONS, `--outdir=${assets}`, `--metafile=${report}`, "--log-level=warning"];
  const env = { ...process.env, NODE_PATH: packages };
  const done = run([join(packages, ".bin", "esbuild")], [...PARTS.map((name) => `page/${name}`), ...options], env);
  if (done.status !== 0) fail(`esbuild can't bundle the page: ${(done.stderr || String(done.error)).trim()}`);
  const { outputs } = JSON.parse(readFileSync(report, "utf8"));
  return Object.fromEntries(
    Object.entries(outputs).map(([path, made]) => [made.entryPoint.replace("page/", ""), basename(path)]),
  );
}

/** Writes the viewer, and returns the name of its file. @param {string} packages folder */
async function writeViewer(packages) {
  const entry = join(packages, "@scalar", "fastify-api-reference", "dist", "index.js");
  const content = await viewer(pathToFileURL(entry).href);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  writeFileSync(join(assets, `scalar-${hash}.js`), content);
  return `scalar-${hash}.js`;
}

/** Writes a page with the names of its files. @param {string} page @param {Record<string, string>} files by part */
function writePage(page, files) {
  let html = readFileSync(join(ROOT, "page", page), "utf8");
  html = html.replace(/\n\s+/g, "\n"); // without indentation
  for (const [name, file] of Object.entries(files)) html = html.replaceAll(`"${name}"`, `"/assets/${file}"`);
  writeFileSync(join(folder, page), html);
}

if (process.argv.includes("--upload") && !hasPackages()) installPackages();
const packages = pagePackages();
const folder = temporary("page-");
const assets = join(folder, "assets");
mkdirSync(assets);
const files = { ...bundle(packages), "scalar.js": await writeViewer(packages) };
for (const page of PAGES) writePage(page, files);
writeFileSync(join(folder, "llms.txt"), llms(JSON.parse(readFileSync(join(PUBLIC, "openapi.json"), "utf8"))));
addFiles(assets, join(PUBLIC, "assets"));
for (const name of [...PAGES, "llms.txt"]) replaceFile(join(folder, name), join(PUBLIC, name));
removeOthers(assets, join(PUBLIC, "assets")); // at last: the pages of before name them
