package dev.lockstep.core;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a record that a file was read into. The compiler's null checks end where a mapper
 * fills a record: what a file leaves out arrives as null, whatever the record declares.
 */
public final class CompleteRecord {

  private CompleteRecord() {}

  /**
   * Returns the record if nothing is missing in it, nor in the records, lists and maps within it.
   *
   * @throws IllegalArgumentException naming the first component that is null and not declared
   *     {@link Nullable}
   */
  public static <T extends Record> T require(@Nullable T record) {
    if (record == null) {
      throw missing("content");
    }
    lookThrough(record, "");
    return record;
  }

  private static void lookThrough(Record record, String path) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String name = path.isEmpty() ? component.getName() : path + "." + component.getName();
      lookAt(value(record, component.getAccessor()), component.getAnnotatedType(), name);
    }
  }

  private static void lookAt(@Nullable Object value, @Nullable AnnotatedType type, String path) {
    if (value == null) {
      if (type == null || !type.isAnnotationPresent(Nullable.class)) {
        throw missing(path);
      }
    } else if (value instanceof Record record) {
      lookThrough(record, path);
    } else if (value instanceof Collection<?> elements) {
      for (Object element : elements) {
        lookAt(element, argument(type, 0), path + "[]");
      }
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((key, element) -> lookAt(element, argument(type, 1), path + "." + key));
    }
  }

  private static @Nullable AnnotatedType argument(@Nullable AnnotatedType type, int index) {
    return type instanceof AnnotatedParameterizedType generic
            && index < generic.getAnnotatedActualTypeArguments().length
        ? generic.getAnnotatedActualTypeArguments()[index]
        : null;
  }

  private static @Nullable Object value(Record record, Method accessor) {
    try {
      accessor.setAccessible(true); // the records of files are private to those who read them
      return accessor.invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(accessor + " cannot be called", e);
    }
  }

  private static IllegalArgumentException missing(String path) {
    return new IllegalArgumentException(path + ": expected a value, found none");
  }
}
