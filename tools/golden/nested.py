"""Records models within models: what a summary prints, what a file says, what is trained when parts are frozen."""

from recording import array, draw, generator, number, versions, write

import keras


def build(regularized=False):
    """A base of two layers, and a head; names as the tests give them."""
    base = keras.Sequential([
        keras.Input((6, 6, 1), name="images"),
        keras.layers.Conv2D(2, 3, activation="relu", name="conv",
                            kernel_regularizer=keras.regularizers.L2(0.01) if regularized else None),
        keras.layers.Flatten(name="flat"),
    ], name="base")
    model = keras.Sequential([
        base, keras.layers.Dense(4, activation="relu", name="hidden"), keras.layers.Dense(3, name="out")], name="model")
    return base, model


def freeze(base, model, how):
    if how == "base":
        base.trainable = False
    elif how == "model":
        model.trainable = False
    elif how == "hidden":
        model.get_layer("hidden").trainable = False
    elif how == "all but conv":
        model.trainable = False
        model.trainable = True
        for layer in (model.get_layer("hidden"), model.get_layer("out")):
            layer.trainable = False
    elif how == "base, then conv not":
        base.trainable = False
        base.get_layer("conv").trainable = True


WAYS = ["nothing", "base", "hidden", "model", "all but conv", "base, then conv not"]


def text_of(model, **options):
    lines = []
    model.summary(print_fn=lambda text, **_: lines.append(text), **options)
    return "".join(lines)


def summaries():
    for how in WAYS:
        for options in ({}, {"expand_nested": True}, {"expand_nested": True, "show_trainable": True}):
            base, model = build()
            freeze(base, model, how)
            yield {"frozen": how, "deep": False, "options": options, "text": text_of(model, **options)}
    for options in ({}, {"expand_nested": True}):
        model = keras.Sequential([build()[1], keras.layers.Dense(2, name="last")], name="deep")
        yield {"frozen": "nothing", "deep": True, "options": options, "text": text_of(model, **options)}


def states():
    for how in WAYS:
        base, model = build(regularized=True)
        freeze(base, model, how)
        yield {
            "frozen": how,
            "weights": [w.path.removeprefix("model/") for w in model.weights],
            "trainable": [w.path.removeprefix("model/") for w in model.trainable_weights],
            "trainable_of_base": [w.path for w in base.trainable_weights],
            "flags": [base.trainable, *(layer.trainable for layer in base.layers),
                      *(layer.trainable for layer in model.layers[1:])],
            "penalties": len(model.losses),
        }


def runs(x, y, weights):
    for how in WAYS:
        for optimizer in ("Adam", "SGD"):
            base, model = build(regularized=True)
            model.set_weights(weights)
            freeze(base, model, how)
            options = {"learning_rate": 0.05} if optimizer == "Adam" else {"learning_rate": 0.05, "momentum": 0.9}
            model.compile(optimizer=getattr(keras.optimizers, optimizer)(**options), jit_compile=False,
                          loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
            # Keras cannot train where there is nothing to move.
            if how == "model":
                continue
            history = model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0).history
            yield {
                "frozen": how, "optimizer": optimizer, "config": options,
                "history": {key: [number(value) for value in values] for key, values in history.items()},
                "optimizer_variables": [list(v.shape) for v in model.optimizer.variables],
                "final_weights": [array(w) for w in model.get_weights()],
            }


def main():
    rng = generator("nested")
    x, y = draw(rng, (20, 6, 6, 1)), rng.integers(0, 3, 20).astype("int32")
    weights = [draw(rng, w.shape, 0.3, digits=3) for w in build()[1].get_weights()]
    base, model = build(regularized=True)
    freeze(base, model, "base")
    described = keras.saving.serialize_keras_object(model)
    write("nested", "Models within models and frozen layers, by tools/golden/nested.py", versions(keras),
          x=array(x), y=array(y), initial_weights=[array(w) for w in weights], described=described,
          summaries=list(summaries()), states=list(states()), runs=list(runs(x, y, weights)))


main()
