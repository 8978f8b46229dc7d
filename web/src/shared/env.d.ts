declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}

// Editors that come without types of their own.
declare module 'dmn-js/lib/Modeler'
declare module 'dmn-js/lib/NavigatedViewer'
declare module 'bpmn-js-properties-panel'
declare module 'camunda-bpmn-js-behaviors/lib/camunda-cloud'
