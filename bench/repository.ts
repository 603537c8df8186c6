// Where the repository is, seen from the built benchmarks.

/** The repository's folder. */
export const repository = new URL('../../', import.meta.url);
