// What catalogue/assets/preview.js needs of other people's libraries.
import { decompress } from "fzstd";

export { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
export const compressors = { ZSTD: (input, length) => decompress(input, new Uint8Array(length)) };
