// The page that checks licences: one HTML file with everything in it, dist/verify.html.
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Puts script and style into the page. A plain script: modules are not loaded from file:// everywhere. */
function oneFile(): Plugin {
  return {
    name: 'one-file',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['verify.html']
      if (page?.type !== 'asset') throw new Error('verify.html is missing')
      let html = String(page.source).replace(/<script type="module"[^>]*><\/script>/g, '').replace(/<link rel="(stylesheet|modulepreload)"[^>]*>/g, '')
      let script = '', style = ''
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === 'chunk') script += part.code
        else if (name.endsWith('.css')) style += String(part.source)
        if (name !== 'verify.html') delete bundle[name]
      }
      html = html.replace('</head>', () => `<style>${style.trim()}</style></head>`)
      html = html.replace('</body>', () => `<script>${script.trim().replaceAll('</script', '<\\/script')}</script></body>`)
      page.source = html
    },
  }
}

export default defineConfig({
  plugins: [oneFile()],
  resolve: { alias: { '@': here('./src') } },
  publicDir: false,
  build: {
    target: 'es2020',
    emptyOutDir: false,
    cssCodeSplit: false,  // or the style is put into the script, which the page's policy forbids
    assetsInlineLimit: 0,
    rollupOptions: { input: { verify: here('./verify.html') }, output: { format: 'iife', inlineDynamicImports: true } },
  },
})
