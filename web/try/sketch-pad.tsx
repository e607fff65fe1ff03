import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import type { Drawable } from './canvas.js';

/** Pixels of the longer side. */
const SIDE = 280;
/** How far one press of an arrow key goes; a tenth of it with Shift held. */
const STEP = SIDE / 28;

interface Point {
  readonly x: number;
  readonly y: number;
}

interface SketchPadProps {
  /** Width by height of what the model takes. */
  readonly aspect: number;
  /** Bright ink on dark ground, as models of digits were trained; else dark on bright. */
  readonly isBright: boolean;
  readonly onInk: (drawing: Drawable) => void;
}

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Somewhere to draw: with a mouse, a finger or a pen; or with the arrow keys, where the space bar lowers and lifts the pen. */
export function SketchPad({ aspect, isBright, onInk }: SketchPadProps) {
  const say = useTexts(TRY_TEXT);
  const help = useId();
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<Point | null>(null);
  const [cursor, setCursor] = useState<Point | null>(null);
  const [isPenDown, setPenDown] = useState(false);
  const width = Math.round(aspect >= 1 ? SIDE : SIDE * aspect);
  const height = Math.round(aspect >= 1 ? SIDE / aspect : SIDE);

  const tell = (): void => {
    if (canvas.current !== null) onInk({ source: canvas.current, width, height });
  };
  const wipe = (): void => {
    const context = contextOf(canvas.current);
    if (context === null) return;
    context.fillStyle = isBright ? 'black' : 'white';
    context.fillRect(0, 0, width, height);
    tell();
  };
  useEffect(wipe, [width, height]);
  const shownBright = useRef(isBright);
  useEffect(() => {
    if (shownBright.current === isBright) return;
    shownBright.current = isBright;
    // Paper and ink change places; what was drawn stays.
    const context = contextOf(canvas.current);
    if (context === null) return;
    context.globalCompositeOperation = 'difference';
    context.fillStyle = 'white';
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = 'source-over';
    tell();
  }, [isBright]);

  const stroke = (from: Point, to: Point): void => {
    const context = contextOf(canvas.current);
    if (context === null) return;
    context.strokeStyle = isBright ? 'white' : 'black';
    context.lineWidth = Math.max(width, height) / 13;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  };

  const press = (event: PointerEvent): void => {
    if (event.button !== 0 || canvas.current === null) return;
    canvas.current.setPointerCapture(event.pointerId);
    last.current = pointOf(event, canvas.current);
    setCursor(null);
    stroke(last.current, last.current);
    tell();
  };
  const move = (event: PointerEvent): void => {
    if (last.current === null || canvas.current === null) return;
    // Some browsers have none where the page is not secure.
    const parts = event.getCoalescedEvents?.() ?? [];
    for (const part of parts.length > 0 ? parts : [event]) {
      const point = pointOf(part, canvas.current);
      stroke(last.current, point);
      last.current = point;
    }
    tell();
  };
  const lift = (): void => {
    last.current = null;
  };

  const key = (event: KeyboardEvent): void => {
    const arrow = ARROWS[event.key];
    const from = cursor ?? { x: width / 2, y: height / 2 };
    if (arrow !== undefined) {
      const step = event.shiftKey ? STEP / 10 : STEP;
      const to = {
        x: Math.min(width, Math.max(0, from.x + arrow.x * step)),
        y: Math.min(height, Math.max(0, from.y + arrow.y * step)),
      };
      setCursor(to);
      if (isPenDown) {
        stroke(from, to);
        tell();
      }
    } else if (event.key === ' ') {
      setCursor(from);
      setPenDown(!isPenDown);
      if (!isPenDown) {
        stroke(from, from);
        tell();
      }
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      wipe();
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div class="try-sketch">
      <div class="try-pad">
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it has keys of its own, which a screen reader must let through */}
        <canvas
          ref={canvas}
          width={width}
          height={height}
          tabIndex={0}
          role="application"
          aria-label={say('pad')}
          aria-describedby={help}
          onPointerDown={press}
          onPointerMove={move}
          onPointerUp={lift}
          onPointerCancel={lift}
          onKeyDown={key}
          onBlur={() => {
            setCursor(null);
            setPenDown(false);
          }}
        />
        {cursor !== null && (
          <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
            <circle
              cx={cursor.x}
              cy={cursor.y}
              r={Math.max(width, height) / 26}
              class={isPenDown ? 'is-down' : ''}
            />
          </svg>
        )}
      </div>
      <div class="try-row">
        <button type="button" onClick={wipe}>
          {say('clear')}
        </button>
        <span class="hidden" aria-live="polite">
          {cursor === null ? '' : say(isPenDown ? 'penDown' : 'penUp')}
        </span>
      </div>
      <p id={help} class="try-hint">
        {say('padHelp')}
      </p>
    </div>
  );
}

function contextOf(canvas: HTMLCanvasElement | null): CanvasRenderingContext2D | null {
  return canvas?.getContext('2d', { willReadFrequently: true }) ?? null;
}

/** From where the pointer is on the screen to pixels of the canvas. */
function pointOf(event: PointerEvent, canvas: HTMLCanvasElement): Point {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return {
    x: ((event.clientX - left) * canvas.width) / width,
    y: ((event.clientY - top) * canvas.height) / height,
  };
}
