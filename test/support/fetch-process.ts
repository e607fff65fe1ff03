// A process that fetches a file into a shared cache, says where it is, and keeps it until its input ends.
import { DEFAULT_STORE_OPTIONS } from '#store/options.js';
import { openStores } from '#store/stores.js';

const [cacheFolder = '', url = ''] = process.argv.slice(2);
const stores = openStores({ ...DEFAULT_STORE_OPTIONS, cacheFolder });
// The stores' own timers keep no process alive.
process.stdin.on('end', () => void stores.close()).resume();
const { path } = await stores.fetchFile(url);
console.log(path);
