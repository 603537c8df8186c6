"""Records the layers: outputs, and the gradients of sum(output * cotangent), for recorded inputs and weights."""

from recording import array, draw, generator, number, versions, write

import keras
import numpy as np
import tensorflow as tf


def layer_case(name, class_name, config, inputs, weights=None):
    """Runs one layer at inference and differentiates it. `weights` replaces the drawn ones."""
    rng = generator(name)
    keras.utils.set_random_seed(0)
    layer = getattr(keras.layers, class_name)(**config)
    x = tf.Variable(inputs)
    layer(x)
    if weights is None:
        weights = [draw(rng, w.shape, 0.5) for w in layer.weights]
    layer.set_weights(weights)
    with tf.GradientTape() as tape:
        output = layer(x, training=False)
        cotangent = draw(rng, output.shape)
        objective = tf.reduce_sum(output * cotangent)
    sources = [x] + [w.value for w in layer.trainable_weights]
    gradients = tape.gradient(objective, sources, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return {
        "name": name,
        "layer": class_name,
        "config": config,
        "input": array(inputs),
        "weights": [array(w) for w in layer.get_weights()],
        "output": array(output),
        "cotangent": array(cotangent),
        "input_gradient": array(gradients[0]),
        "weight_gradients": [array(g) for g in gradients[1:]],
    }


def dense_cases():
    for activation in ["linear", "relu", "sigmoid", "tanh", "softmax"]:
        for use_bias in [True, False]:
            name = f"dense {activation}{'' if use_bias else ' without bias'}"
            config = {"units": 4, "activation": activation, "use_bias": use_bias}
            yield layer_case(name, "Dense", config, draw(generator(name + " x"), (3, 5)))
    for shape in [(2, 3, 5), (1, 1), (2, 2, 2, 3)]:
        name = f"dense on rank {len(shape)}"
        yield layer_case(name, "Dense", {"units": 3, "activation": "relu"}, draw(generator(name + " x"), shape))
    yield layer_case("dense of one unit", "Dense", {"units": 1}, draw(generator("one unit"), (5, 7)))
    zeros = np.zeros((2, 3), np.float32)
    yield layer_case("dense relu at exactly zero", "Dense", {"units": 2, "activation": "relu"}, zeros,
                     [np.ones((3, 2), np.float32), np.zeros(2, np.float32)])


def activation_cases():
    spread = np.array([[-100, -20, -1.5, -1e-3, 0], [100, 20, 1.5, 1e-3, 0.25]], np.float32)
    for activation in ["linear", "relu", "sigmoid", "tanh", "softmax"]:
        yield layer_case(f"activation {activation}", "Activation", {"activation": activation}, spread)
    large = np.array([[1000, 999, -1000], [-1000, -1001, -1002], [0, 0, 0]], np.float32)
    yield layer_case("activation softmax of large logits", "Activation", {"activation": "softmax"}, large)
    yield layer_case("activation softmax on rank 3", "Activation", {"activation": "softmax"},
                     draw(generator("softmax rank 3"), (2, 3, 4)))


def movement_cases():
    for shape in [(2, 3), (2, 3, 4), (2, 3, 1, 2), (3,)]:
        name = f"flatten rank {len(shape)}"
        yield layer_case(name, "Flatten", {}, draw(generator(name), shape))
    for target, shape in [((3, 4), (2, 12)), ((-1,), (2, 3, 4)), ((-1, 2), (3, 2, 5)), ((2, -1, 3), (2, 6, 2)),
                          ((2, 3, 1), (2, 6))]:
        name = f"reshape {list(shape[1:])} to {list(target)}"
        yield layer_case(name, "Reshape", {"target_shape": list(target)}, draw(generator(name), shape))
    yield layer_case("dropout at inference", "Dropout", {"rate": 0.5}, draw(generator("dropout"), (3, 4)))


def convolution_cases():
    # name, input shape, config
    table = [
        ("valid", (2, 5, 7, 1), {"filters": 2, "kernel_size": 3}),
        ("same", (2, 5, 7, 1), {"filters": 2, "kernel_size": 3, "padding": "same"}),
        ("valid, no bias", (1, 6, 5, 3), {"filters": 5, "kernel_size": 3, "use_bias": False}),
        ("same, even kernel", (1, 5, 6, 2), {"filters": 3, "kernel_size": 2, "padding": "same"}),
        ("same, kernel 4", (1, 5, 6, 2), {"filters": 1, "kernel_size": 4, "padding": "same"}),
        ("kernel 1", (2, 3, 3, 5), {"filters": 3, "kernel_size": 1}),
        ("kernel (2, 3) relu", (1, 5, 5, 2), {"filters": 3, "kernel_size": [2, 3], "activation": "relu"}),
        ("kernel (1, 5) same tanh", (1, 3, 7, 1),
         {"filters": 2, "kernel_size": [1, 5], "padding": "same", "activation": "tanh"}),
        ("valid, strides 2, rows left over", (1, 6, 8, 2), {"filters": 3, "kernel_size": 3, "strides": 2}),
        ("valid, strides 2, odd size", (2, 7, 5, 1), {"filters": 2, "kernel_size": 3, "strides": 2}),
        ("same, strides 2, odd size", (2, 7, 5, 1),
         {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}),
        ("same, strides 2, even size", (1, 6, 8, 2),
         {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same"}),
        ("valid, strides (2, 1)", (1, 7, 5, 2), {"filters": 3, "kernel_size": 3, "strides": [2, 1]}),
        ("same, strides (2, 1)", (1, 6, 5, 3), {"filters": 2, "kernel_size": 3, "strides": [2, 1], "padding": "same"}),
        ("same, strides 3 larger than kernel 2", (1, 7, 8, 1),
         {"filters": 2, "kernel_size": 2, "strides": 3, "padding": "same"}),
        ("valid, strides 3 larger than kernel 2", (1, 7, 8, 1), {"filters": 2, "kernel_size": 2, "strides": 3}),
        ("valid, dilation 2", (1, 7, 6, 2), {"filters": 3, "kernel_size": 3, "dilation_rate": 2}),
        ("same, dilation 2", (1, 7, 6, 2), {"filters": 2, "kernel_size": 3, "dilation_rate": 2, "padding": "same"}),
        ("valid, dilation (1, 2)", (1, 5, 7, 1), {"filters": 2, "kernel_size": 3, "dilation_rate": [1, 2]}),
        ("groups 2, valid", (1, 5, 5, 4), {"filters": 6, "kernel_size": 3, "groups": 2}),
        ("groups 2, same, strides 2", (2, 5, 4, 2),
         {"filters": 4, "kernel_size": 3, "groups": 2, "padding": "same", "strides": 2}),
        ("groups 2, dilation 2, no bias", (1, 6, 7, 2),
         {"filters": 2, "kernel_size": 3, "groups": 2, "dilation_rate": 2, "use_bias": False}),
        ("groups equal to channels", (1, 5, 5, 3), {"filters": 3, "kernel_size": 3, "groups": 3, "padding": "same"}),
        ("kernel as large as the image", (2, 3, 4, 2), {"filters": 3, "kernel_size": [3, 4]}),
        ("same, kernel larger than the image", (1, 2, 3, 1), {"filters": 2, "kernel_size": 5, "padding": "same"}),
        ("image of one pixel, same", (3, 1, 1, 2), {"filters": 2, "kernel_size": 3, "padding": "same"}),
    ]
    for label, shape, config in table:
        name = f"conv2d {label}"
        yield layer_case(name, "Conv2D", config, draw(generator(name + " x"), shape))


def pooling_cases():
    for class_name in ["MaxPooling2D", "AveragePooling2D"]:
        for pool_size in [2, 3, [2, 3]]:
            for padding in ["valid", "same"]:
                for strides in [None, 1, 2]:
                    label = f"{class_name} pool {pool_size} strides {strides} {padding}"
                    config = {"pool_size": pool_size, "strides": strides, "padding": padding}
                    yield layer_case(label, class_name, config, draw(generator(label), (1, 5, 7, 2), digits=3))
        config = {"pool_size": 2, "strides": [2, 1], "padding": "same"}
        yield layer_case(f"{class_name} strides (2, 1)", class_name, config,
                         draw(generator(class_name), (2, 4, 3, 3), digits=3))
        negative = -1 - np.abs(draw(generator("negative"), (1, 3, 5, 1)))
        config = {"pool_size": 3, "strides": 2, "padding": "same"}
        yield layer_case(f"{class_name} all negative, same", class_name, config, negative)
    # Among equal values, the first of a window in row-major order receives the gradient.
    rectified = np.maximum(np.round(generator("ties").standard_normal((1, 6, 6, 2)) * 1.5 - 0.5), 0).astype(np.float32)
    for pool_size, strides, padding in [(2, None, "valid"), (3, 1, "same"), (3, 2, "valid"), ([2, 3], 2, "same")]:
        config = {"pool_size": pool_size, "strides": strides, "padding": padding}
        label = f"pool {pool_size} strides {strides} {padding}"
        yield layer_case(f"MaxPooling2D ties: all equal, {label}", "MaxPooling2D", config,
                         np.full((1, 5, 5, 1), 0.5, np.float32))
        yield layer_case(f"MaxPooling2D ties: zeros after relu, {label}", "MaxPooling2D", config, rectified)


def regularizer_cases():
    weights = draw(generator("regularizers"), (3, 4))
    weights[0, 0] = 0
    for class_name, config in [("L1", {}), ("L1", {"l1": 0.3}), ("L2", {}), ("L2", {"l2": 1e-4}),
                               ("L1L2", {}), ("L1L2", {"l1": 0.02, "l2": 0.003})]:
        w = tf.Variable(weights)
        with tf.GradientTape() as tape:
            loss = tf.convert_to_tensor(getattr(keras.regularizers, class_name)(**config)(w.value()))
        gradient = tape.gradient(loss, w, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        yield {"name": f"{class_name} {config}", "regularizer": class_name, "config": config,
               "weights": array(weights), "loss": number(loss), "gradient": array(gradient)}


def record():
    cases = [*dense_cases(), *activation_cases(), *movement_cases(), *convolution_cases(), *pooling_cases()]
    write("layers", "Keras layers: outputs and gradients of sum(output * cotangent).", versions(keras, tf),
          cases=cases, regularizers=list(regularizer_cases()))


if __name__ == "__main__":
    record()
