// How Nacre stands beside the best of its peers, workload by workload.
import { isPeer, labelOf, type Row } from './plan.js';

/** What a row measures, where less is better: time, or else memory. */
function amountOf({ microsecondsPerSample, seconds, peakMegabytes }: Row): number | undefined {
  return microsecondsPerSample ?? seconds ?? peakMegabytes;
}

interface Best {
  readonly label: string;
  readonly amount: number;
}

function leastOf(peers: readonly Row[], amount: (row: Row) => number | undefined): Best | undefined {
  const found = peers.flatMap((row) => {
    const value = amount(row);
    return value === undefined ? [] : [{ label: labelOf(row), amount: value }];
  });
  return found.reduce<Best | undefined>((best, one) => (best && best.amount <= one.amount ? best : one), undefined);
}

/** The rows, those of Nacre with the best of the peers that were measured on the same workload. */
export function withBestPeers(rows: readonly Row[]): Row[] {
  const contestants = rows.filter(({ implementation }) => implementation !== 'floor');
  return rows.map((row) => {
    const amount = amountOf(row);
    if (amount === undefined || !contestants.includes(row) || isPeer(row)) return row;
    const peers = contestants.filter((other) => isPeer(other) && other.workload === row.workload);
    const [best, bestP99] = [leastOf(peers, amountOf), leastOf(peers, ({ p99Microseconds }) => p99Microseconds)];
    return {
      ...row,
      ...(best ? { bestPeer: best.label, timesBestPeer: best.amount / amount } : {}),
      ...(bestP99 && row.p99Microseconds !== undefined ? { timesBestP99: bestP99.amount / row.p99Microseconds } : {}),
    };
  });
}
