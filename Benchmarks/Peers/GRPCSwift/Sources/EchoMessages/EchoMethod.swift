public import GRPCCore

extension MethodDescriptor {
  /// The echo method, described as by grpc-swift's generator; declaring it unary saves the transport a flush.
  public static let echo = MethodDescriptor(
    fullyQualifiedService: "benchmarks.echo.v1.EchoService",
    method: "Echo",
    type: .unary
  )
}
