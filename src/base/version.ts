// The version of the package, for the files it writes. version.test.ts holds it to package.json.
export const version = '0.1.0';
