import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { AxisFields } from './axis-fields.js';
import { Camera } from './camera.js';
import { type Drawable, resized } from './canvas.js';
import { ChoiceTabs } from './choice-tabs.js';
import { isNumeric } from './datatype.js';
import type { InputSpec } from './editor-of.js';
import { FileButton } from './file-button.js';
import { type ImageLayout, imageLayoutOf } from './image-layout.js';
import type { EditorProps } from './input-value.js';
import { openPicture } from './open-picture.js';
import { packImage } from './pack-image.js';
import { isOnPaper, type Picture } from './picture.js';
import { PictureCanvas } from './picture-canvas.js';
import {
  isDigit,
  isSketch,
  type Preprocessing,
  preprocessingFor,
  readPreprocessing,
} from './preprocessing.js';
import { PreprocessingForm } from './preprocessing-form.js';
import { type AxisSizes, filled, openAxes, shapeText } from './shape.js';
import { SketchPad } from './sketch-pad.js';

const SOURCES = ['draw', 'file', 'camera'] as const;
type Source = (typeof SOURCES)[number];

/** Sides that a model leaves open, until a picture says better. */
const OPEN_SIDE = 256;
const OPEN_SIDE_AT_MOST = 1024;

interface ImageEditorProps extends EditorProps<InputSpec> {
  /** Under what the preprocessing is remembered. */
  readonly keptAs: string;
  /** Whether the last picture has been answered. */
  readonly isReady: () => boolean;
}

/** A picture as an input: drawn, dropped, pasted, chosen, or seen by a camera; and what is made of it. */
export function ImageEditor(props: ImageEditorProps) {
  const { datatype, shape, format } = props.spec;
  const layout = imageLayoutOf(shape, format);
  return layout === null || !isNumeric(datatype) ? null : <LaidOutEditor {...props} layout={layout} />;
}

function LaidOutEditor({
  spec,
  layout,
  keptAs,
  isReady,
  onValue,
}: ImageEditorProps & { readonly layout: ImageLayout }) {
  const say = useTexts(TRY_TEXT);
  const { datatype } = spec;
  const [source, setSource] = useState<Source>(isSketch(layout, spec.shape) ? 'draw' : 'file');
  const [sizes, setSizes] = useState<AxisSizes>({ [layout.height]: OPEN_SIDE, [layout.width]: OPEN_SIDE });
  const [preprocessing, setPreprocessing] = useState<Preprocessing>(() =>
    readPreprocessing(localStorage.getItem(keptAs), preprocessingFor(datatype, layout, spec.shape)),
  );
  const [seen, setSeen] = useState<Picture | null>(null);
  const [isUnreadable, setUnreadable] = useState(false);
  const drawable = useRef<Drawable | null>(null);
  const shape = useMemo(() => filled(spec.shape, sizes), [spec, sizes]);
  const [height = 1, width = 1] = [shape[layout.height], shape[layout.width]];

  const convert = (how: Preprocessing): void => {
    if (drawable.current === null || !isNumeric(datatype)) return;
    const picture = resized(drawable.current, width, height, how);
    // It has been inverted with its margins already.
    const bytes = packImage(picture, datatype, shape, layout, { ...how, invert: false });
    setSeen(picture);
    onValue({ shape, bytes, picture });
  };
  const take = (next: Drawable, how = preprocessing): void => {
    drawable.current = next;
    convert(how);
  };
  const change = (how: Preprocessing): void => {
    localStorage.setItem(keptAs, JSON.stringify(how));
    setPreprocessing(how);
  };
  useEffect(() => convert(preprocessing), [preprocessing, shape]);

  const openFile = async (file: Blob): Promise<void> => {
    const opened = await openPicture(file);
    setUnreadable(opened === null);
    if (opened === null) return;
    setSource('file');
    const open = sizesFor(opened, layout, spec);
    if (open !== null) setSizes(open);
    const how = { ...preprocessing, invert: preprocessing.centre ? isPaper(opened) : preprocessing.invert };
    setPreprocessing(how);
    take(opened, how);
  };
  usePaste(openFile);
  const switchTo = (next: Source): void => {
    setSource(next);
    // What was drawn or seen before is no more what is shown.
    drawable.current = null;
    setSeen(null);
    setUnreadable(false);
    onValue({ problem: null });
  };

  const others = openAxes(spec.shape).filter((axis) => axis > 0 || shape.length < 4);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is one way of several, the button beside it another
    <div
      class="try-editor try-image"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const file = event.dataTransfer?.files[0];
        if (file !== undefined) void openFile(file);
      }}
    >
      <ChoiceTabs
        label={say('source')}
        words={SOURCES}
        word={source}
        textOf={(each) => say(`source_${each}`)}
        onWord={switchTo}
      />
      <div class="try-sides">
        {source === 'draw' && (
          <SketchPad
            aspect={width / height}
            isBright={layout.channels === 1 && !preprocessing.invert}
            onInk={take}
          />
        )}
        {source === 'file' && (
          <div class="try-drop">
            <p>{say('drop')}</p>
            <FileButton
              label={say('choosePicture')}
              accept="image/*"
              onFile={(file) => void openFile(file)}
            />
          </div>
        )}
        {source === 'camera' && <Camera isReady={isReady} onFrame={take} />}
        {seen !== null && (
          <figure class="try-seen">
            <PictureCanvas picture={seen} label={say('seen')} />
            <figcaption>
              {say('seen')}
              <br />
              {datatype} {shapeText(shape)}
            </figcaption>
          </figure>
        )}
      </div>
      {isUnreadable && (
        <p class="try-problem" role="alert">
          {say('pictureUnreadable')}
        </p>
      )}
      <div class="try-row">
        <AxisFields axes={others} sizes={sizes} onSizes={setSizes} />
      </div>
      <PreprocessingForm
        datatype={datatype}
        channels={layout.channels}
        canCentre={isDigit(layout, spec.shape)}
        value={preprocessing}
        onChange={change}
      />
    </div>
  );
}

/** Pictures that are pasted anywhere on the page; where several inputs take one, the first. */
function usePaste(onFile: (file: Blob) => Promise<void>): void {
  const listener = useRef(onFile);
  listener.current = onFile;
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith('image/'));
      if (file === undefined || event.defaultPrevented) return;
      event.preventDefault();
      void listener.current(file);
    };
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, []);
}

/** The picture's own size, where the model leaves it open. */
function sizesFor({ width, height }: Drawable, layout: ImageLayout, { shape }: InputSpec): AxisSizes | null {
  if ((shape[layout.height] ?? 0) > 0 || (shape[layout.width] ?? 0) > 0) return null;
  const factor = Math.min(1, OPEN_SIDE_AT_MOST / Math.max(width, height));
  return {
    [layout.height]: Math.max(1, Math.round(height * factor)),
    [layout.width]: Math.max(1, Math.round(width * factor)),
  };
}

function isPaper(opened: Drawable): boolean {
  return isOnPaper(
    resized(opened, 64, 64, { resize: 'stretch', order: 'RGB', range: 'byte', invert: false, centre: false }),
  );
}
