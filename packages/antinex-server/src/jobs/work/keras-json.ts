import type { Layer, NetworkDescription } from '@antinex/models';

/** A network's architecture as Keras 2.2 writes it. */
export function kerasJson({ inputs, layers }: NetworkDescription): string {
  const config = layers.map((layer, i) => {
    const { class_name, config } = kerasLayer(layer);
    return { class_name, config: i === 0 ? { ...config, batch_input_shape: [null, inputs] } : config };
  });
  return JSON.stringify({
    class_name: 'Sequential',
    config,
    keras_version: '2.2.0',
    backend: 'network-pipeline',
  });
}

const kerasLayer = (layer: Layer) =>
  layer.type === 'dropout'
    ? { class_name: 'Dropout', config: { rate: layer.rate } }
    : {
        class_name: 'Dense',
        config: { units: layer.units, activation: layer.activation, kernel_initializer: layer.init },
      };
