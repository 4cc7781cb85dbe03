using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

public class TorchScriptCodeTests
{
    [Theory]
    [InlineData("_0 = torch.conv2d(x, self.weight, None, [1, 1], [0, 0], [1, 1], 1)")]
    [InlineData("_1 = ops.prim.NumToTensor(torch.size(x, 0))")]
    [InlineData("_1 = ops.aten.add(x, x)")]
    [InlineData("""x = getattr(self, "0").weight""")]
    [InlineData("""ops.prim.RaiseException("please save() with torch or ops, print it")""")]
    [InlineData("# torch.save(x, y)")]
    [InlineData("_2 = __torch__.torch.nn.modules.linear.Linear")]
    [InlineData("saved = torch.add(reload, unprinted)")]
    [InlineData("""torch.warn('it\'s "quoted"')""")]
    public void Code_that_computes_is_let_through(string code) => TorchScriptCode.Check(code, "code/a.py");

    [Theory]
    [InlineData("torch.save(x, \"/tmp/a\")", "torch.save")]
    [InlineData("torch . \\\n save(x, \"/tmp/a\")", "torch.save")]
    [InlineData("x.save(\"/tmp/a\")", "x.save")]
    [InlineData("1.0.save(\"/tmp/a\")", "0.save")]
    [InlineData("ops.aten.save(x, \"/tmp/a\")", "aten.save")]
    [InlineData("s = torch.save", "torch.save")]
    [InlineData("t = torch\nt.add(x)", "torch")]
    [InlineData("o = ops\no.c10d.x()", "ops")]
    [InlineData("o = ops.aten\n", "ops.aten")]
    [InlineData("x = torch.from_file(\"/etc/passwd\")", "torch.from_file")]
    [InlineData("x = torch.load(\"a\")", "torch.load")]
    [InlineData("torch.manual_seed(1)", "torch.manual_seed")]
    [InlineData("print(x)", "print")]
    [InlineData("p = print", "print")]
    [InlineData("ops.c10d.broadcast_(x)", "ops.c10d.broadcast_")]
    [InlineData("ops.prim.PythonOp(x)", "ops.prim.PythonOp")]
    [InlineData("ops.prim.Print(x)", "ops.prim.Print")]
    [InlineData("y = __torch__.torch.classes.dist_c10d.TCPStore(x)", "torch.classes")]
    [InlineData("rpc_async(x)", "rpc_async")]
    [InlineData("getattr(torch, \"add\")", "torch")]
    [InlineData("getattr(x, \"save\")(\"a\")", "getattr(..., \"save\")")]
    [InlineData("getattr(f(x, [1, 2]), 'save')(\"a\")", "getattr(..., 'save')")]
    [InlineData("getattr(x, \"sa\\166e\")(\"a\")", "getattr")]
    [InlineData("getattr(x, \"\"\"save\"\"\")(\"a\")", "getattr")]
    [InlineData("g = getattr", "getattr")]
    [InlineData("x = \"\"\"a\"\"\"\ntorch.save(x)", "torch.save")]
    [InlineData("x = \"a # b\"; torch.save(x)", "torch.save")]
    [InlineData("x = 'a\\'; torch.save(x)", "text without end")]
    public void Code_that_reaches_out_is_refused_by_name(string code, string named)
    {
        var failure = Assert.Throws<FailureException>(() => TorchScriptCode.Check($"def f(x):\n  {code}\n  return x\n", "code/a.py"));
        Assert.Equal((FailureKind.InvalidArgument, "MODEL_OPERATOR_REFUSED"), (failure.Kind, failure.Reason));
        Assert.Contains(named, failure.Metadata["operator"], StringComparison.Ordinal);
        Assert.Contains("code/a.py", failure.Message, StringComparison.Ordinal);
    }
}
