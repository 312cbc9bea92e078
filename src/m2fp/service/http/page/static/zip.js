/** Zip files without compression: what goes in is PNG and is compressed already. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

const DATE = 0x21; // 1 January 1980, the earliest: nobody learns when it was made
const UTF8 = 0x800;

/**
 * @param {{name: string, blob: Blob}[]} files
 * @returns {Promise<Blob>}
 */
export async function zip(files) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const directory = [];
  let offset = 0;
  for (const { name, blob } of files) {
    const content = new Uint8Array(await blob.arrayBuffer());
    const title = new TextEncoder().encode(name);
    // Version, flags, method, time, date; sum, sizes; lengths of the name and of further fields.
    const facts = /** @type {const} */ ([
      [2, 20], [2, UTF8], [2, 0], [2, 0], [2, DATE],
      [4, crc32(content)], [4, content.length], [4, content.length], [2, title.length], [2, 0],
    ]);
    parts.push(record([[4, 0x04034b50], ...facts]), title, content);
    // Made by; comment, disk, attributes; where the file begins.
    directory.push(
      record([[4, 0x02014b50], [2, 20], ...facts, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]),
      title,
    );
    offset += 30 + title.length + content.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = record([
    [4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, offset],
    [2, 0],
  ]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

/**
 * @param {readonly (readonly [2 | 4, number])[]} fields  width in bytes, and value
 * @returns {Uint8Array<ArrayBuffer>}
 */
function record(fields) {
  const bytes = new Uint8Array(fields.reduce((sum, [width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let place = 0;
  for (const [width, value] of fields) {
    if (width === 2) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
    place += width;
  }
  return bytes;
}
