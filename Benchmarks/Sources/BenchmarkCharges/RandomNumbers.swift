import Synchronization

/// A random number generator shared by all tasks and seeded per process (SplitMix64).
///
/// The system's generator makes a system call per number, which would distort the measurement.
enum RandomNumbers {
  private static let state = Atomic(UInt64.random(in: 0...(.max)))

  static func next() -> UInt64 {
    var mixed = state.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
