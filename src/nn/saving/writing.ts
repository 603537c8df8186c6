// What models write of themselves, loaded together when the first of it is used: a page that only loads models writes none.
export { encodeModel, writeModelFile } from './write-model-file.js';
export { writePrograms } from './programs/write-programs.js';
