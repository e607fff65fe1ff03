import { useEffect, useRef, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import type { Drawable } from './canvas.js';

/** At most so often: what is seen should not take all of a small server. */
const LEAST_INTERVAL_MS = 60;

type State = 'off' | 'asking' | 'on' | 'insecure' | 'refused' | 'missing';

interface CameraProps {
  /** Whether the last frame has been answered. */
  readonly isReady: () => boolean;
  readonly onFrame: (frame: Drawable) => void;
}

/** Frames of a camera, from the moment that somebody asks for it until this is left. */
export function Camera({ isReady, onFrame }: CameraProps) {
  const say = useTexts(TRY_TEXT);
  const video = useRef<HTMLVideoElement>(null);
  const stream = useRef<MediaStream | null>(null);
  const isGone = useRef(false);
  const frame = useRef(onFrame);
  frame.current = onFrame;
  const [state, setState] = useState<State>('off');

  const stop = (): void => {
    for (const track of stream.current?.getTracks() ?? []) track.stop();
    stream.current = null;
    setState('off');
  };
  const start = async (): Promise<void> => {
    // A browser hides cameras from pages that came over plain HTTP from another machine.
    if (navigator.mediaDevices === undefined) return setState('insecure');
    setState('asking');
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      stream.current = opened;
      if (isGone.current) return stop();
      setState('on');
    } catch (thrown) {
      setState(thrown instanceof DOMException && thrown.name === 'NotAllowedError' ? 'refused' : 'missing');
    }
  };
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      stop();
    };
  }, []);

  useEffect(() => {
    const element = video.current;
    if (state !== 'on' || element === null) return;
    element.srcObject = stream.current;
    void element.play().catch(() => setState('missing'));
    let told = 0;
    let next = requestAnimationFrame(function look(now) {
      next = requestAnimationFrame(look);
      const { videoWidth: width, videoHeight: height } = element;
      if (width === 0 || now - told < LEAST_INTERVAL_MS || !isReady()) return;
      told = now;
      frame.current({ source: element, width, height });
    });
    return () => cancelAnimationFrame(next);
  }, [state]);

  return (
    <div class="try-camera">
      {state === 'on' ? (
        <>
          <video ref={video} muted playsInline aria-label={say('camera')} />
          <button type="button" onClick={stop}>
            {say('cameraStop')}
          </button>
        </>
      ) : (
        <button type="button" disabled={state === 'asking'} onClick={() => void start()}>
          {say('cameraStart')}
        </button>
      )}
      <p class="try-hint" role="status">
        {state === 'insecure' && say('cameraInsecure')}
        {state === 'refused' && say('cameraRefused')}
        {state === 'missing' && say('cameraMissing')}
        {state === 'asking' && say('cameraAsking')}
      </p>
    </div>
  );
}
