import { useMemo, useState } from 'preact/hooks';
import { Pager } from '../parts/pager.js';
import { type Pages, usePages } from '../parts/use-pages.js';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { colourOf } from './canvas.js';
import { ChoiceTabs } from './choice-tabs.js';
import { isFloat } from './datatype.js';
import { shownElement } from './element-text.js';
import { type Planes, planesOf } from './output-of.js';
import type { OutputProps } from './output-props.js';
import {
  classPicture,
  colourPicture,
  greyPicture,
  largestPlanes,
  maskPicture,
  planeValues,
  type Scale,
  scaleOf,
} from './paint.js';
import { PictureCanvas } from './picture-canvas.js';

const WAYS = ['mask', 'grey', 'tiles', 'classes', 'colour'] as const;
type Way = (typeof WAYS)[number];

const TILES_AT_A_TIME = 32;
const SERIES = [1, 2, 3, 4, 5, 6].map((number) => `--series-${number}`);

/** An output of two axes and more: a mask over what was seen, grey values, feature maps, classes, colours. */
export function PictureOutput(props: OutputProps) {
  const planes = planesOf(props.tensor.shape);
  return planes === null ? null : <PlanesOutput {...props} planes={planes} />;
}

function PlanesOutput({ tensor, values, seen, planes }: OutputProps & { readonly planes: Planes }) {
  const say = useTexts(TRY_TEXT);
  const ways = waysOf(planes, seen !== null, isFloat(tensor.datatype));
  const [chosen, setWay] = useState<Way | null>(null);
  const way = chosen !== null && ways.includes(chosen) ? chosen : (ways[0] ?? 'grey');
  const [opacity, setOpacity] = useState(0.7);
  const pages = usePages(planes.planes, TILES_AT_A_TIME);
  const scale = useMemo(() => scaleOf(values, tensor.datatype), [values, tensor.datatype]);
  const isOver = (way === 'mask' || way === 'classes') && seen !== null;
  return (
    <>
      <div class="try-row">
        <ChoiceTabs
          label={say('way')}
          words={ways}
          word={way}
          textOf={(each) => say(`way_${each}`)}
          onWord={setWay}
        />
        {isOver && (
          <label class="try-field">
            {say('opacity')}
            <input
              type="range"
              min={0}
              max={1}
              step={0.05}
              value={opacity}
              onInput={({ currentTarget }) => setOpacity(currentTarget.valueAsNumber)}
            />
          </label>
        )}
      </div>
      {way === 'tiles' ? (
        <Tiles values={values} planes={planes} scale={scale} pages={pages} />
      ) : (
        <div class="try-stack">
          {isOver && seen !== null && <PictureCanvas picture={seen} label={say('seen')} />}
          <div style={{ opacity: isOver ? opacity : 1 }}>
            <Painted way={way} values={values} planes={planes} scale={scale} name={tensor.name} />
          </div>
        </div>
      )}
      {way !== 'classes' && (
        <p class="try-hint">
          {say(way === 'mask' ? 'maskScale' : 'scale', {
            least: shownElement(scale.least),
            most: shownElement(scale.most),
          })}
        </p>
      )}
    </>
  );
}

interface PaintedProps {
  readonly way: Way;
  readonly values: Float64Array;
  readonly planes: Planes;
  readonly scale: Scale;
  readonly name: string;
}

function Painted({ way, values, planes, scale, name }: PaintedProps) {
  const say = useTexts(TRY_TEXT);
  const picture = useMemo(() => {
    if (way === 'colour') return colourPicture(values, planes, scale);
    if (way === 'classes') {
      const classes = planes.planes > 1 ? largestPlanes(values, planes) : planeValues(values, planes, 0);
      return classPicture(classes, planes, SERIES.map(colourOf));
    }
    const plane = planeValues(values, planes, 0);
    return way === 'mask'
      ? maskPicture(plane, planes, scale, colourOf('--series-1'))
      : greyPicture(plane, planes, scale);
  }, [way, values, planes.planes, planes.planeStep, scale]);
  return <PictureCanvas picture={picture} label={say('pictureOf', { name, way: say(`way_${way}`) })} />;
}

interface TilesProps {
  readonly values: Float64Array;
  readonly planes: Planes;
  readonly scale: Scale;
  readonly pages: Pages;
}

function Tiles({ values, planes, scale, pages }: TilesProps) {
  const say = useTexts(TRY_TEXT);
  const { from, to } = pages;
  const numbers = Array.from({ length: to - from }, (_, index) => from + index);
  const pictures = useMemo(
    () => numbers.map((plane) => greyPicture(planeValues(values, planes, plane), planes, scale)),
    [values, from, scale],
  );
  return (
    <>
      <ul class="try-tiles">
        {pictures.map((picture, index) => (
          <li key={from + index}>
            <PictureCanvas picture={picture} label={say('plane', { plane: from + index })} />
            <span class="try-number">{from + index}</span>
          </li>
        ))}
      </ul>
      <Pager {...pages} />
    </>
  );
}

function waysOf({ planes }: Planes, isSeen: boolean, isFractional: boolean): readonly Way[] {
  if (planes === 1) {
    const grey: readonly Way[] = isSeen ? ['mask', 'grey'] : ['grey', 'mask'];
    // Whole numbers are most likely the numbers of classes.
    return isFractional ? grey : [...grey, 'classes'];
  }
  if (planes === 3) return ['colour', 'tiles', 'classes'];
  return ['tiles', 'classes'];
}
