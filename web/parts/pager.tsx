/** One page on, one page back. */
export function Pager({
  page,
  pages,
  turnTo,
  texts,
}: {
  readonly page: number;
  readonly pages: number;
  readonly turnTo: (page: number) => void;
  readonly texts: { readonly previous: string; readonly next: string; readonly page: string };
}) {
  return (
    <p class="bar">
      <button type="button" disabled={page === 1} onClick={() => turnTo(page - 1)}>
        {texts.previous}
      </button>
      <span>{texts.page}</span>
      <button type="button" disabled={page === pages} onClick={() => turnTo(page + 1)}>
        {texts.next}
      </button>
    </p>
  );
}
