/** The page, the script that starts the viewer in it, and its style: what is ours beside the viewer's own two files. */

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%23c2410c' d='M2 2h12v3H5.5v2.5H12v3H5.5V14H2z'/%3E%3C/svg%3E";

export const PAGE: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/page.css">
<script src="/docs/swagger-ui-bundle.js" defer></script>
<script src="/docs/page.js" defer></script>
</head>
<body>
<div id="viewer"></div>
<noscript>This page needs JavaScript. What it shows is the document at <a href="/openapi.json">/openapi.json</a>.</noscript>
</body>
</html>
`;

/** The viewer would otherwise send the document's address to a validator on the internet. */
export const PAGE_SCRIPT = `const dark = matchMedia('(prefers-color-scheme: dark)');
const dress = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dress();
dark.addEventListener('change', dress);
SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#viewer',
  validatorUrl: null,
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  onComplete: () => {
    document.title = document.querySelector('.info .title')?.firstChild?.textContent ?? document.title;
  },
});
`;

export const PAGE_STYLE = `body { margin: 0; }
html.dark-mode { color-scheme: dark; }
/* Room for the boxes around pieces of code. */
.swagger-ui .info .renderedMarkdown p { line-height: 1.7; }
`;
