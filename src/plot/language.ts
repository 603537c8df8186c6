// The language of what pictures say by themselves: axes, legends, usual titles. What a user passes stays as it is.
import { unknownName } from '../base/suggest.js';

/** English, or Simplified Chinese. */
export type PictureLanguage = 'en' | 'zh';

// English phrases are their own keys, so that code reads as the picture does. `{name}` is replaced by a value.
const chinese = {
  // Axes and legends.
  Epoch: '轮次',
  training: '训练',
  validation: '验证',
  'True class': '真实类别',
  'Predicted class': '预测类别',
  Samples: '样本数',
  'Share of the true class': '占真实类别的比例',
  'Share of the predicted class': '占预测类别的比例',
  'Share of all samples': '占全部样本的比例',
  'False positive rate': '假正率',
  'True positive rate': '真正率',
  Recall: '召回率',
  Precision: '精确率',
  'Predicted probability': '预测概率',
  'Share that is positive': '正例比例',
  'perfectly calibrated': '完美校准',
  model: '模型',
  Weight: '权重',
  Output: '输出',
  Value: '值',
  undefined: '无定义',
  '{name} ({score})': '{name}（{score}）',
  'chance ({score})': '随机猜测（{score}）',
  'true {label}': '应为 {label}',
  '{count} parameters': '{count} 个参数',
  'True value': '真实值',
  'Predicted value': '预测值',
  'Residual (true − predicted)': '残差（真实值 − 预测值）',
  '{shown} of {total} points': '{total} 个点中的 {shown} 个',
  // Titles.
  'Predicted against true': '预测值与真实值',
  Residuals: '残差',
  'Training history': '训练曲线',
  'Confusion matrix': '混淆矩阵',
  'ROC curve': 'ROC 曲线',
  'Precision-recall curve': '精确率-召回率曲线',
  Calibration: '校准曲线',
  Weights: '权重',
  Activations: '各层输出',
  'Model "{name}"': '模型“{name}”',
  'Not built yet: shapes are not known': '尚未构建：形状未知',
  'Misclassified images': '分错的图像',
  'The first {shown} of {total}': '共 {total} 张，显示前 {shown} 张',
  '{wrong} of {total} images are taken for something else': '{total} 张图像中有 {wrong} 张被认错',
  '{wrong} of {total} images are taken for something else; the {shown} that the network is most sure of':
    '{total} 张图像中有 {wrong} 张被认错；这里是网络最有把握的 {shown} 张',
  // Headings of tiles.
  '{units} units, {height}×{width} inputs each': '{units} 个神经元，各有 {height}×{width} 个输入',
  '{shown} of {units} units, {height}×{width} inputs each':
    '{units} 个神经元中的 {shown} 个，各有 {height}×{width} 个输入',
  '{shown} of {all}': '{all} 中的 {shown}',
  '{filters} filters of {rows}×{columns}': '{filters} 个 {rows}×{columns} 的卷积核',
  '{filters} filters (rows) of {rows}×{columns}, {inputs} input channels (columns)':
    '{filters} 个 {rows}×{columns} 的卷积核（行），{inputs} 个输入通道（列）',
  '{count} weights': '{count} 个权重',
  '{channels} maps of {rows}×{columns}': '{channels} 张 {rows}×{columns} 的特征图',
  '{shown} of {channels} maps of {rows}×{columns}': '{channels} 张 {rows}×{columns} 的特征图中的 {shown} 张',
  '{columns} outputs': '{columns} 个输出',
  '{rows} rows of {columns} outputs': '{rows} 行，每行 {columns} 个输出',
  '{units} units (rows), {inputs} inputs (columns)': '{units} 个神经元（行），{inputs} 个输入（列）',
} as const satisfies Readonly<Record<string, string>>;

/** What pictures can say. */
export type Phrase = keyof typeof chinese;

// Names of metrics as `labelOf` writes them.
const chineseMetrics: Readonly<Record<string, string>> = {
  Loss: '损失',
  Accuracy: '准确率',
  'Binary accuracy': '准确率',
  'Categorical accuracy': '准确率',
  'Sparse categorical accuracy': '准确率',
  Precision: '精确率',
  Recall: '召回率',
  'Mean squared error': '均方误差',
  'Mean absolute error': '平均绝对误差',
  'Learning rate': '学习率',
};

const languages: readonly PictureLanguage[] = ['en', 'zh'];
let current: PictureLanguage = 'en';

/**
 * Sets the language of what pictures say by themselves, for those made from then on: `'en'` (unless set) or `'zh'`,
 * Simplified Chinese. Titles, names and labels that are passed stay as they are.
 * @throws ValueError for another language
 * @example
 * setPictureLanguage('zh');
 * await (await plotHistory(history)).save('history.svg');
 */
export function setPictureLanguage(language: PictureLanguage): void {
  if (!languages.includes(language)) throw unknownName('language of setPictureLanguage', language, languages);
  current = language;
}

/** The phrase in the language that is set, its `{names}` replaced by `values`. */
export function say(phrase: Phrase, values: Readonly<Record<string, string | number>> = {}): string {
  const text: string = current === 'zh' ? chinese[phrase] : phrase;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** The name of a metric in the language that is set; as it is where there is no other. */
export function sayMetric(label: string): string {
  return (current === 'zh' ? chineseMetrics[label] : undefined) ?? label;
}
