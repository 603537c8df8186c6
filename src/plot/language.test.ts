import { afterEach, expect, test } from 'vitest';
import { ValueError } from '../base/errors.js';
import { say, sayMetric, setPictureLanguage } from './language.js';
import { renderSvg } from './render/svg.js';
import { confusionMatrixSpec } from './specs/confusion-matrix.js';
import { historySpec } from './specs/history.js';
import { imageGridSpec } from './specs/image-grid.js';
import { rocSpec } from './specs/roc.js';
import type { VegaLiteSpec } from './specs/spec.js';
import { placedTexts } from './terminal/placed-text.js';

afterEach(() => setPictureLanguage('en'));

/** What a picture says, without numbers. */
async function wordsOf(spec: VegaLiteSpec): Promise<string[]> {
  return placedTexts(await renderSvg(spec))
    .map(({ text }) => text)
    .filter((text) => !/^[\d.,%−-]+$/.test(text));
}

test('pictures speak English unless asked for Chinese', async () => {
  const history = { history: { loss: [2, 1], val_loss: [2, 1.5], accuracy: [0.5, 0.7], val_accuracy: [0.4, 0.6] } };
  expect(await wordsOf(historySpec(history))).toEqual(
    expect.arrayContaining(['Training history', 'Epoch', 'Loss', 'Accuracy', 'training', 'validation']),
  );
  setPictureLanguage('zh');
  const words = await wordsOf(historySpec(history));
  expect(words).toEqual(expect.arrayContaining(['训练曲线', '轮次', '损失', '准确率', '训练', '验证']));
  expect(words.filter((text) => /[a-z]/i.test(text))).toEqual([]);
});

test('names and titles that are passed stay as they are', async () => {
  setPictureLanguage('zh');
  const matrix = { matrix: [[3, 1], [0, 2]], classNames: ['cat', 'dog'] }; // prettier-ignore
  const words = await wordsOf(confusionMatrixSpec(matrix, { title: 'Pets' }));
  expect(words).toEqual(expect.arrayContaining(['Pets', 'cat', 'dog', '真实类别', '预测类别', '样本数']));
  const curve = { name: 'cat', falsePositiveRate: [0, 1], truePositiveRate: [0, 1], area: 0.5 };
  expect(await wordsOf(rocSpec([curve]))).toEqual(
    expect.arrayContaining(['ROC 曲线', '假正率', '真正率', 'cat（AUC 0.500）', '随机猜测（AUC 0.500）']),
  );
  const image = { url: 'data:,', label: '7', prediction: '1', isRight: false };
  expect(await wordsOf(imageGridSpec([image]))).toEqual(['× 1', '应为 7']);
});

test('a metric without a Chinese name keeps its own', () => {
  setPictureLanguage('zh');
  expect(sayMetric('Loss')).toBe('损失');
  expect(sayMetric('AUC')).toBe('AUC');
});

test('a value may hold what looks like a placeholder', () => {
  expect(say('{name} ({score})', { name: '{score}', score: '$1' })).toBe('{score} ($1)');
});

test('another language is an error that lists those there are', () => {
  const set = (): void => setPictureLanguage('fr' as never);
  expect(set).toThrow(ValueError);
  expect(set).toThrow(/language of setPictureLanguage 'fr'.*Known: en, zh/);
});
