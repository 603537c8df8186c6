// The scores of a classification report, and their text, laid out as scikit-learn does.

/** How well a class, or an average of classes, is told apart. */
export interface ClassScores {
  /** The share of those taken for the class that are of it. */
  readonly precision: number;
  /** The share of those of the class that were taken for it. */
  readonly recall: number;
  /** 2 precision recall / (precision + recall). */
  readonly f1Score: number;
  /** How many samples are of the class, by weight. */
  readonly support: number;
}

export interface ClassReport extends ClassScores {
  readonly label: number;
  readonly name: string;
}

/** What the table shows. */
export interface ReportScores {
  readonly classes: readonly ClassReport[];
  /** The share of right answers; undefined where only some of the classes are reported. */
  readonly accuracy: number | undefined;
  readonly microAverage: ClassScores;
  readonly macroAverage: ClassScores;
  readonly weightedAverage: ClassScores;
}

/** The table: a line for each class, an empty one, accuracy and averages. */
export function formatReport(report: ReportScores, digits: number): string {
  const width = Math.max(...report.classes.map(({ name }) => name.length), 'weighted avg'.length, digits);
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padStart(width)} ${cells.map((cell) => ` ${cell.padStart(9)}`).join('')}\n`;
  const supports = [...report.classes, report.macroAverage].map(({ support }) => support);
  const areCounts = supports.every(Number.isInteger);
  // Sums of weights carry digits of noise.
  const count = (support: number): string => {
    const rounded = Number(support.toPrecision(12));
    return areCounts || !Number.isInteger(rounded) ? String(rounded) : `${rounded}.0`;
  };
  const scores = (name: string, { precision, recall, f1Score, support }: ClassScores): string =>
    line(name, [...[precision, recall, f1Score].map((share) => formatShare(share, digits)), count(support)]);
  const { microAverage } = report;
  const all =
    report.accuracy === undefined
      ? scores('micro avg', microAverage)
      : line('accuracy', ['', '', formatShare(report.accuracy, digits), count(microAverage.support)]);
  return [
    `${line('', ['precision', 'recall', 'f1-score', 'support'])}\n`,
    ...report.classes.map((score) => scores(score.name, score)),
    '\n',
    all,
    scores('macro avg', report.macroAverage),
    scores('weighted avg', report.weightedAverage),
  ].join('');
}

/** A fixed number of digits; a value exactly between two goes to the even digit, as in Python: 0.125 is 0.12. */
function formatShare(share: number, digits: number): string {
  if (Number.isNaN(share)) return 'nan';
  const rounded = share.toFixed(digits);
  // toFixed takes the larger of two that are equally near. Doubles have exact halves only of few digits.
  if (!isExactHalf(share, digits) || Number(rounded.at(-1)) % 2 === 0) return rounded;
  return (share - 10 ** -digits / 2).toFixed(digits);
}

/** Whether the decimals of the exact value after `digits` are 5000... */
function isExactHalf(share: number, digits: number): boolean {
  const [, decimals = ''] = share.toFixed(100).split('.');
  return /^50*$/.test(decimals.slice(digits));
}
