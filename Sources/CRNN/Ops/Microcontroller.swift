/// Microcontrollers are built without what only makes large layers faster: there, each kilobyte of code counts.
enum Microcontroller {
  static var isTarget: Bool {
    #if arch(x86_64) || arch(arm64) || arch(wasm32)
      false
    #else
      true
    #endif
  }
}
