/**
 * The shapes that modules hand to each other. The result document is that of the API (/docs).
 *
 * @typedef {[number, number, number, number]} Box  x, y, width, height in pixels
 * @typedef {{size: [number, number], counts: string}} Rle  COCO's run lengths; size = height, width
 * @typedef {{id: number, score: number, bbox: Box, area: number, segmentation: Rle}} Person
 * @typedef {{id: number, person_id: number, label_id: number, label: string, score: number,
 *   bbox: Box, area: number, segmentation: Rle}} Segment
 * @typedef {{schema_version: string, scheme: string,
 *   model: {name: string, sha256: string, precision: string},
 *   image: {width: number, height: number, sha256: string, orientation_applied: boolean},
 *   persons: Person[], segments: Segment[], timing: Record<string, number>,
 *   warnings: {code: string, message: string}[]}} ResultDocument
 *
 * @typedef {{id: number, name: string, name_zh: string, colour: string}} Label
 *
 * @typedef {"json" | "label-maps" | "overlay" | "coco"} Format
 *
 * @typedef {object} Item  one photo of this visit
 * @property {number} id
 * @property {File} file
 * @property {string} url  of the file, for <img>
 * @property {"queued" | "working" | "waiting" | "done" | "failed" | "stopped"} state
 * @property {ResultDocument | null} document
 * @property {import("./problem.js").Problem | null} problem
 * @property {number} waitSeconds  until the server is asked again, while waiting
 *
 * @typedef {object} Selection  what is looked at alone; null = all
 * @property {number | null} person
 * @property {number | null} label  0 = what a person has without a part: a bag, a phone
 *
 * @typedef {object} View  how a result is drawn
 * @property {number} opacity  of the colours, 0..1
 * @property {boolean} outlines
 * @property {"parts" | "people"} colourBy
 * @property {Selection} only
 * @property {Selection} pointed  what the pointer or the keyboard is on
 */

export {};
