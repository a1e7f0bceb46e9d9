package dev.gatehouse.gatewayapi.extension;

/** How an EnvoyProxy has Lua scripts checked before proxies get them. */
public enum LuaValidation {
    /** The syntax; that the script has a function that Envoy calls; that it uses nothing that reaches out of Envoy. */
    Strict,
    /** The syntax, and that the script has a function that Envoy calls. */
    InsecureSyntax,
    /** Nothing: Envoy refuses a route with a script that it cannot load. */
    Disabled
}
