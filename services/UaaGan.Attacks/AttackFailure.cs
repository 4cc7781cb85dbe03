using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Attacks;

/// <summary>Every failure of this library, by name.</summary>
internal static class AttackFailure
{
    public static FailureException MethodUnknown(string method, IEnumerable<string> known) => New(
        FailureKind.NotFound, "METHOD_NOT_FOUND", $"there is no method '{method}'; there are {string.Join(", ", known)}", "method", ("method", method));

    public static FailureException MethodNotTrainable(string method, IEnumerable<string> trainable) => New(
        FailureKind.InvalidArgument, "METHOD_NOT_TRAINABLE",
        $"method '{method}' has nothing to train; these have: {string.Join(", ", trainable)}", "method", ("method", method));

    public static FailureException OptionUnknown(string method, string option, IReadOnlyList<OptionDefinition> known) => New(
        FailureKind.InvalidArgument, "OPTION_UNKNOWN",
        known.Count == 0
            ? $"{method} has no option '{option}'; it has none at all"
            : $"{method} has no option '{option}'; it has {string.Join(", ", known.Select(definition => definition.Name))}",
        "options." + option, ("method", method), ("option", option));

    public static FailureException OptionInvalid(string method, OptionDefinition option, string value) => New(
        FailureKind.InvalidArgument, "OPTION_INVALID",
        $"option {option.Name} of {method} is '{value}'; it must be: {option.Bounds}",
        "options." + option.Name, ("method", method), ("option", option.Name), ("value", value), ("bounds", option.Bounds));

    public static FailureException OptionsConflict(string method, string option, string reason) => New(
        FailureKind.InvalidArgument, "OPTION_INVALID", $"option {option} of {method} cannot be used so: {reason}",
        "options." + option, ("method", method), ("option", option));

    public static FailureException GeneratorRequired(string method) => New(
        FailureKind.InvalidArgument, "GENERATOR_REQUIRED",
        $"method '{method}' needs a trained generator; name one, as in {method}:my-generator", "generator", ("method", method));

    public static FailureException GeneratorUnexpected(string method, string generator) => New(
        FailureKind.InvalidArgument, "GENERATOR_UNEXPECTED",
        $"method '{method}' uses no generator, but '{generator}' was named; leave it out", "generator", ("method", method), ("generator", generator));

    public static FailureException GuideRequired(string method) => New(
        FailureKind.InvalidArgument, "GUIDE_REQUIRED",
        $"method '{method}' needs a guide image, whose feature the adversarial images are to have; send one", "guide", ("method", method));

    public static FailureException GuideUnexpected(string method, IEnumerable<string> guided) => New(
        FailureKind.InvalidArgument, "GUIDE_UNEXPECTED",
        $"method '{method}' uses no guide image, but one was sent; leave it out, or use one of {string.Join(", ", guided)}", "guide", ("method", method));

    public static FailureException EnsembleUnexpected(string method, IEnumerable<string> iterative) => New(
        FailureKind.InvalidArgument, "ENSEMBLE_UNEXPECTED",
        $"method '{method}' is made on one network, but an ensemble was named; leave it out, or use one of {string.Join(", ", iterative)}", "ensemble", ("method", method));

    public static FailureException GeneratorNotFound(string name) => New(
        FailureKind.NotFound, "GENERATOR_NOT_FOUND", $"there is no generator '{name}'", "generator", ("generator", name));

    public static FailureException GeneratorExists(string name) => New(
        FailureKind.AlreadyExists, "GENERATOR_EXISTS",
        $"there is a generator '{name}' already; choose another name, or ask to replace it", "generator", ("generator", name));

    public static FailureException GeneratorNameInvalid(string name) => New(
        FailureKind.InvalidArgument, "GENERATOR_NAME_INVALID",
        $"'{name}' is no name for a generator; it takes 1 to 128 characters of a-z, 0-9, '_', '-' and '.', the first a letter or a digit",
        "generator", ("generator", name));

    public static FailureException GeneratorDamaged(string name, string what, Exception? inner = null) => New(
        FailureKind.DataLoss, "GENERATOR_DAMAGED", $"the stored generator '{name}' is damaged: {what}; train it again", "generator", inner,
        ("generator", name));

    public static FailureException GeneratorMethod(GeneratorRecord generator, string method) => New(
        FailureKind.FailedPrecondition, "GENERATOR_METHOD",
        $"generator '{generator.Name}' was trained by {generator.Method} and cannot serve {method}", "generator",
        ("generator", generator.Name), ("method", method), ("trained_method", generator.Method));

    public static FailureException GeneratorEpsilon(GeneratorRecord generator, string epsilon) => New(
        FailureKind.FailedPrecondition, "GENERATOR_EPSILON",
        $"generator '{generator.Name}' was trained for epsilon {generator.Epsilon}, not {epsilon}; train one for {epsilon}, or ask to rescale its perturbation",
        "epsilon", ("generator", generator.Name), ("epsilon", epsilon), ("trained_epsilon", generator.Epsilon.ToString()));

    public static FailureException TargetWithoutMap(TargetIdentity target) => New(
        FailureKind.FailedPrecondition, "TARGET_WITHOUT_MAP",
        $"{target} shows no map, as TorchScript and ONNX files do not, and target-map is on; leave it at auto, or switch it off",
        "options", ("model", target.ToString()));

    public static FailureException SecondLookWithoutMap() => New(
        FailureKind.FailedPrecondition, "SECOND_LOOK_WITHOUT_MAP",
        "second-look is asked for and the generator sees no map of the target: target-map is off, the target shows none, as TorchScript and ONNX files do not, or there are several and target-map is not on",
        "options");

    public static FailureException GradientWithoutSecondLook() => New(
        FailureKind.FailedPrecondition, "GRADIENT_WITHOUT_SECOND_LOOK",
        "second-look-gradient is asked for and second-look is 0; the gradient is what the second look sees: give it blocks, such as second-look=3",
        "options");

    public static FailureException GeneratorModel(GeneratorRecord generator, TargetIdentity target) => New(
        FailureKind.FailedPrecondition, "GENERATOR_MODEL",
        $"generator '{generator.Name}' was trained against {string.Join(" and ", generator.Ensemble.Prepend(generator.Model))}, not against {target}; train one against the network that is attacked",
        "generator", ("generator", generator.Name), ("model", target.ToString()), ("trained_model", generator.Model.ToString()));

    public static FailureException GeneratorMap(GeneratorRecord generator) => New(
        FailureKind.FailedPrecondition, "GENERATOR_MODEL",
        $"generator '{generator.Name}' sees the map of {generator.Model}, which is none of the networks that the attack is made on; make it on that one",
        "generator", ("generator", generator.Name), ("trained_model", generator.Model.ToString()));

    public static FailureException GeneratorMapHidden(GeneratorRecord generator) => New(
        FailureKind.FailedPrecondition, "MODEL_IS_BLACK_BOX",
        $"generator '{generator.Name}' sees an inner map of {generator.Model}, of which only features are to be had here, from another service; give this one the model itself, or train with target-map=off",
        "model", ("generator", generator.Name), ("model", generator.Model.ToString()));

    public static FailureException NotANumber(string id, uint values) => New(
        FailureKind.FailedPrecondition, "PERTURBATION_NOT_A_NUMBER",
        string.Create(CultureInfo.InvariantCulture, $"the attack on image '{id}' came to {values} values that are not numbers: the target's gradient or the generator's output is not finite there"),
        null, ("id", id));

    public static FailureException BlackBox(string model) => New(
        FailureKind.FailedPrecondition, "MODEL_IS_BLACK_BOX",
        $"this model gives features only; '{model}' has no gradients, which training and white-box attacks need: add it as TorchScript or as weights",
        "model", ("model", model));

    public static FailureException ImagesTooFew(int images, int least) => New(
        FailureKind.InvalidArgument, "TRAINING_IMAGES_TOO_FEW",
        $"training needs at least {least} images; there are {images}", "images", ("images", Text(images)), ("least", Text(least)));

    public static FailureException ImagesTooMany(int images, int most) => New(
        FailureKind.ResourceExhausted, "TRAINING_IMAGES_TOO_MANY",
        $"a training job takes at most {most} images; there are more", "images", ("images", Text(images)), ("most", Text(most)));

    public static FailureException ImageTooSmall(int height, int width, int least) => New(
        FailureKind.InvalidArgument, "IMAGE_TOO_SMALL",
        string.Create(CultureInfo.InvariantCulture, $"the image is {width}x{height} pixels; this needs at least {least} on each side"), "image",
        ("width", Text(width)), ("height", Text(height)), ("least", Text(least)));

    public static FailureException TrainingBudgetInvalid(string what) => New(
        FailureKind.InvalidArgument, "TRAINING_BUDGET_INVALID", what, "settings");

    public static FailureException EpsilonZero() => New(
        FailureKind.InvalidArgument, "EPSILON_INVALID", "a generator cannot be trained for epsilon 0/255; the numerator must be 1 to 255", "epsilon");

    public static FailureException TrainingNotFound(string id) => New(
        FailureKind.NotFound, "TRAINING_NOT_FOUND", $"there is no training job '{id}'", "id", ("id", id));

    public static FailureException TrainingEnded(string id, TrainingState state) => New(
        FailureKind.FailedPrecondition, "TRAINING_ENDED",
        $"training job '{id}' has ended ({Text(state)}) and cannot be cancelled", "id", ("id", id), ("state", Text(state)));

    public static FailureException TrainingNotResumable(string id, TrainingState state) => New(
        FailureKind.FailedPrecondition, "TRAINING_NOT_RESUMABLE",
        $"training job '{id}' is {Text(state)}; only a cancelled or failed one can be resumed", "id", ("id", id), ("state", Text(state)));

    public static FailureException TrainingExists(string generator, string id) => New(
        FailureKind.AlreadyExists, "TRAINING_EXISTS",
        $"training job '{id}' is already making a generator '{generator}'; wait for it, cancel it, or choose another name",
        "settings.generator", ("generator", generator), ("id", id));

    public static FailureException TooManyTrainings(int most) => New(
        FailureKind.ResourceExhausted, "TRAININGS_TOO_MANY",
        $"{most} training jobs are waiting or running already; try again when one has ended", null, ("most", Text(most)));

    public static FailureException TrainingImagesDamaged(string id, Exception inner) => New(
        FailureKind.DataLoss, "TRAINING_IMAGES_DAMAGED", $"the stored images of training job '{id}' cannot be read; start the training again", null, inner,
        ("id", id));

    public static FailureException CheckpointDamaged(string what, Exception? inner = null) => New(
        FailureKind.DataLoss, "CHECKPOINT_DAMAGED", $"the checkpoint of this training is damaged: {what}; start the training again", null, inner);

    public static FailureException Diverged(long step, IEnumerable<string> parts, string advice = "lower learning-rate or lambda-metric") => New(
        FailureKind.FailedPrecondition, "TRAINING_DIVERGED",
        string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", parts)} of step {step} is not finite; {advice}"), null,
        ("step", step.ToString(CultureInfo.InvariantCulture)));

    public static FailureException NoGradient() => New(
        FailureKind.FailedPrecondition, "TARGET_WITHOUT_GRADIENT",
        "the target's feature does not change with the image: its gradient is zero at every pixel of a batch, or there is none; check the model with 'models check'",
        "model");

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Text(TrainingState state) => state.ToString().ToLowerInvariant();

    private static FailureException New(
        FailureKind kind, string reason, string message, string? field, params ReadOnlySpan<(string Name, string Value)> variables) =>
        New(kind, reason, message, field, null, variables);

    private static FailureException New(
        FailureKind kind, string reason, string message, string? field, Exception? inner, params ReadOnlySpan<(string Name, string Value)> variables)
    {
        var metadata = new Dictionary<string, string>(variables.Length);
        foreach (var (name, value) in variables)
            metadata[name] = value;
        return new FailureException(kind, reason, message, inner) { Field = field, Metadata = metadata };
    }
}
