/** What every page has, in one script. */

import "../lib/theme-switch.js";
import "../lib/install.js";
import "../lib/first-problem.js";
