// A canvas to draw on with mouse, pen or finger: black strokes with round ends.

export interface Sketch {
  /** White again. */
  clear(): void;
}

/** Makes `canvas` one to draw on. `onChange` is called after each piece of a stroke. */
export function makeSketch(canvas: HTMLCanvasElement, onChange: () => void): Sketch {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('The canvas has no context to draw with.');
  const clear = (): void => {
    context.fillStyle = 'white';
    context.fillRect(0, 0, canvas.width, canvas.height);
  };
  /** In pixels of the canvas, which may be shown in another size. */
  const place = ({ offsetX, offsetY }: PointerEvent): readonly [number, number] => [
    (offsetX * canvas.width) / canvas.clientWidth,
    (offsetY * canvas.height) / canvas.clientHeight,
  ];
  const lineTo = (event: PointerEvent): void => {
    context.lineTo(...place(event));
    context.stroke();
    onChange();
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    Object.assign(context, { lineWidth: canvas.width / 14, lineCap: 'round', lineJoin: 'round', strokeStyle: 'black' });
    context.beginPath();
    context.moveTo(...place(event));
    // A touch without movement is a dot.
    lineTo(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) lineTo(event);
  });
  clear();
  return { clear };
}
