/** What every page has, in one script. */

import "../lib/theme-switch.js";
import "../lib/install.js";
