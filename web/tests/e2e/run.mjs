// Runs every end-to-end file, one after the other, and adds nothing up in between: each check counts.
import { report } from './browser.mjs'
import { access } from './access.mjs'
import { account } from './account.mjs'
import { pages } from './pages.mjs'
import { journey } from './journey.mjs'
import { services } from './services.mjs'
import { statistics } from './statistics.mjs'
import { trust } from './trust.mjs'
import { certificates } from './certificates.mjs'
import { imports, namesToKeep, register } from './register.mjs'
import { withdrawal } from './withdrawal.mjs'
import { deadlines } from './deadlines.mjs'
import { models } from './models.mjs'
import { delivery } from './delivery.mjs'
import { opening } from './opening.mjs'
import { partial } from './partial.mjs'
import { everywhere } from './everywhere.mjs'

const all = { access, account, pages, statistics, trust, register, names: namesToKeep, imports, certificates, withdrawal, journey, services, deadlines, opening, delivery, models, partial, everywhere }
const wanted = process.argv.slice(2)
for (const [name, work] of Object.entries(all)) if (!wanted.length || wanted.includes(name)) await work()
report()
