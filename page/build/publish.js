// @ts-check
/**
 * Puts built files in place. A file that has not changed is not written: a running `make dev` starts again when a file
 * of public/ is written, and ends the requests that it has at that moment.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Makes `target` equal to the file `built`, in one step. @param {string} built @param {string} target */
export function replaceFile(built, target) {
  if (existsSync(target) && readFileSync(target).equals(readFileSync(built))) return;
  const beside = `${target}.${process.pid}`;
  copyFileSync(built, beside);
  renameSync(beside, target);
}

/** Puts all files of the folder `built` into `target`. @param {string} built @param {string} target */
export function addFiles(built, target) {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(built)) replaceFile(join(built, name), join(target, name));
}

/** Removes from `target` what the folder `built` does not have. @param {string} built @param {string} target */
export function removeOthers(built, target) {
  const names = new Set(readdirSync(built));
  for (const name of readdirSync(target)) if (!names.has(name)) rmSync(join(target, name), { recursive: true });
}
