/** Input fields that several tools share, described once. */
import { z } from "zod";
import { PATH_LIMIT_CHARS } from "../../lib/path-guard.ts";

/** Lines are counted up to here; larger numbers are slips. */
const LINE_NUMBER_MAX = 1_000_000_000;
const TEXT_LIMIT_CHARS = 1000;

export const pathField = (about: string) => z.string().min(1).max(PATH_LIMIT_CHARS).describe(about);
export const optionalPath = (about: string) => z.string().max(PATH_LIMIT_CHARS).optional().describe(about);
export const lineField = (about: string) => z.int().min(1).max(LINE_NUMBER_MAX).optional().describe(about);
export const countField = (max: number, fallback: number, about: string) =>
  z.int().min(1).max(max).default(fallback).describe(about);
export const flag = (about: string) => z.boolean().default(false).describe(about);
export const textField = (about: string) => z.string().max(TEXT_LIMIT_CHARS).optional().describe(about);
export const globField = z.string().max(TEXT_LIMIT_CHARS).optional();
